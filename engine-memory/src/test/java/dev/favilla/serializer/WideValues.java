package dev.favilla.serializer;

import java.util.Arrays;

/** Values with 120 parts. */
final class WideValues {

    private WideValues() {}

    record Components(
            String c0,
            long c1,
            String c2,
            long c3,
            String c4,
            long c5,
            String c6,
            long c7,
            String c8,
            long c9,
            String c10,
            long c11,
            String c12,
            long c13,
            String c14,
            long c15,
            String c16,
            long c17,
            String c18,
            long c19,
            String c20,
            long c21,
            String c22,
            long c23,
            String c24,
            long c25,
            String c26,
            long c27,
            String c28,
            long c29,
            String c30,
            long c31,
            String c32,
            long c33,
            String c34,
            long c35,
            String c36,
            long c37,
            String c38,
            long c39,
            String c40,
            long c41,
            String c42,
            long c43,
            String c44,
            long c45,
            String c46,
            long c47,
            String c48,
            long c49,
            String c50,
            long c51,
            String c52,
            long c53,
            String c54,
            long c55,
            String c56,
            long c57,
            String c58,
            long c59,
            String c60,
            long c61,
            String c62,
            long c63,
            String c64,
            long c65,
            String c66,
            long c67,
            String c68,
            long c69,
            String c70,
            long c71,
            String c72,
            long c73,
            String c74,
            long c75,
            String c76,
            long c77,
            String c78,
            long c79,
            String c80,
            long c81,
            String c82,
            long c83,
            String c84,
            long c85,
            String c86,
            long c87,
            String c88,
            long c89,
            String c90,
            long c91,
            String c92,
            long c93,
            String c94,
            long c95,
            String c96,
            long c97,
            String c98,
            long c99,
            String c100,
            long c101,
            String c102,
            long c103,
            String c104,
            long c105,
            String c106,
            long c107,
            String c108,
            long c109,
            String c110,
            long c111,
            String c112,
            long c113,
            String c114,
            long c115,
            String c116,
            long c117,
            String c118,
            long c119) {}

    static final class Fields {
        private long f0;
        private long f1;
        private long f2;
        private long f3;
        private long f4;
        private long f5;
        private long f6;
        private long f7;
        private long f8;
        private long f9;
        private long f10;
        private long f11;
        private long f12;
        private long f13;
        private long f14;
        private long f15;
        private long f16;
        private long f17;
        private long f18;
        private long f19;
        private long f20;
        private long f21;
        private long f22;
        private long f23;
        private long f24;
        private long f25;
        private long f26;
        private long f27;
        private long f28;
        private long f29;
        private long f30;
        private long f31;
        private long f32;
        private long f33;
        private long f34;
        private long f35;
        private long f36;
        private long f37;
        private long f38;
        private long f39;
        private long f40;
        private long f41;
        private long f42;
        private long f43;
        private long f44;
        private long f45;
        private long f46;
        private long f47;
        private long f48;
        private long f49;
        private long f50;
        private long f51;
        private long f52;
        private long f53;
        private long f54;
        private long f55;
        private long f56;
        private long f57;
        private long f58;
        private long f59;
        private long f60;
        private long f61;
        private long f62;
        private long f63;
        private long f64;
        private long f65;
        private long f66;
        private long f67;
        private long f68;
        private long f69;
        private long f70;
        private long f71;
        private long f72;
        private long f73;
        private long f74;
        private long f75;
        private long f76;
        private long f77;
        private long f78;
        private long f79;
        private long f80;
        private long f81;
        private long f82;
        private long f83;
        private long f84;
        private long f85;
        private long f86;
        private long f87;
        private long f88;
        private long f89;
        private long f90;
        private long f91;
        private long f92;
        private long f93;
        private long f94;
        private long f95;
        private long f96;
        private long f97;
        private long f98;
        private long f99;
        private long f100;
        private long f101;
        private long f102;
        private long f103;
        private long f104;
        private long f105;
        private long f106;
        private long f107;
        private long f108;
        private long f109;
        private long f110;
        private long f111;
        private long f112;
        private long f113;
        private long f114;
        private long f115;
        private long f116;
        private long f117;
        private long f118;
        private long f119;

        Fields(long first) {
            f0 = first + 0;
            f1 = first + 1;
            f2 = first + 2;
            f3 = first + 3;
            f4 = first + 4;
            f5 = first + 5;
            f6 = first + 6;
            f7 = first + 7;
            f8 = first + 8;
            f9 = first + 9;
            f10 = first + 10;
            f11 = first + 11;
            f12 = first + 12;
            f13 = first + 13;
            f14 = first + 14;
            f15 = first + 15;
            f16 = first + 16;
            f17 = first + 17;
            f18 = first + 18;
            f19 = first + 19;
            f20 = first + 20;
            f21 = first + 21;
            f22 = first + 22;
            f23 = first + 23;
            f24 = first + 24;
            f25 = first + 25;
            f26 = first + 26;
            f27 = first + 27;
            f28 = first + 28;
            f29 = first + 29;
            f30 = first + 30;
            f31 = first + 31;
            f32 = first + 32;
            f33 = first + 33;
            f34 = first + 34;
            f35 = first + 35;
            f36 = first + 36;
            f37 = first + 37;
            f38 = first + 38;
            f39 = first + 39;
            f40 = first + 40;
            f41 = first + 41;
            f42 = first + 42;
            f43 = first + 43;
            f44 = first + 44;
            f45 = first + 45;
            f46 = first + 46;
            f47 = first + 47;
            f48 = first + 48;
            f49 = first + 49;
            f50 = first + 50;
            f51 = first + 51;
            f52 = first + 52;
            f53 = first + 53;
            f54 = first + 54;
            f55 = first + 55;
            f56 = first + 56;
            f57 = first + 57;
            f58 = first + 58;
            f59 = first + 59;
            f60 = first + 60;
            f61 = first + 61;
            f62 = first + 62;
            f63 = first + 63;
            f64 = first + 64;
            f65 = first + 65;
            f66 = first + 66;
            f67 = first + 67;
            f68 = first + 68;
            f69 = first + 69;
            f70 = first + 70;
            f71 = first + 71;
            f72 = first + 72;
            f73 = first + 73;
            f74 = first + 74;
            f75 = first + 75;
            f76 = first + 76;
            f77 = first + 77;
            f78 = first + 78;
            f79 = first + 79;
            f80 = first + 80;
            f81 = first + 81;
            f82 = first + 82;
            f83 = first + 83;
            f84 = first + 84;
            f85 = first + 85;
            f86 = first + 86;
            f87 = first + 87;
            f88 = first + 88;
            f89 = first + 89;
            f90 = first + 90;
            f91 = first + 91;
            f92 = first + 92;
            f93 = first + 93;
            f94 = first + 94;
            f95 = first + 95;
            f96 = first + 96;
            f97 = first + 97;
            f98 = first + 98;
            f99 = first + 99;
            f100 = first + 100;
            f101 = first + 101;
            f102 = first + 102;
            f103 = first + 103;
            f104 = first + 104;
            f105 = first + 105;
            f106 = first + 106;
            f107 = first + 107;
            f108 = first + 108;
            f109 = first + 109;
            f110 = first + 110;
            f111 = first + 111;
            f112 = first + 112;
            f113 = first + 113;
            f114 = first + 114;
            f115 = first + 115;
            f116 = first + 116;
            f117 = first + 117;
            f118 = first + 118;
            f119 = first + 119;
        }

        private long[] all() {
            return new long[] {
                f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18, f19, f20, f21, f22,
                f23, f24, f25, f26, f27, f28, f29, f30, f31, f32, f33, f34, f35, f36, f37, f38, f39, f40, f41, f42, f43,
                f44, f45, f46, f47, f48, f49, f50, f51, f52, f53, f54, f55, f56, f57, f58, f59, f60, f61, f62, f63, f64,
                f65, f66, f67, f68, f69, f70, f71, f72, f73, f74, f75, f76, f77, f78, f79, f80, f81, f82, f83, f84, f85,
                f86, f87, f88, f89, f90, f91, f92, f93, f94, f95, f96, f97, f98, f99, f100, f101, f102, f103, f104,
                f105, f106, f107, f108, f109, f110, f111, f112, f113, f114, f115, f116, f117, f118, f119
            };
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof Fields other && Arrays.equals(all(), other.all());
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(all());
        }
    }

    static Object components(long first) {
        return new Components(
                "c" + first,
                first + 1L,
                "c" + first,
                first + 3L,
                "c" + first,
                first + 5L,
                "c" + first,
                first + 7L,
                "c" + first,
                first + 9L,
                "c" + first,
                first + 11L,
                "c" + first,
                first + 13L,
                "c" + first,
                first + 15L,
                "c" + first,
                first + 17L,
                "c" + first,
                first + 19L,
                "c" + first,
                first + 21L,
                "c" + first,
                first + 23L,
                "c" + first,
                first + 25L,
                "c" + first,
                first + 27L,
                "c" + first,
                first + 29L,
                "c" + first,
                first + 31L,
                "c" + first,
                first + 33L,
                "c" + first,
                first + 35L,
                "c" + first,
                first + 37L,
                "c" + first,
                first + 39L,
                "c" + first,
                first + 41L,
                "c" + first,
                first + 43L,
                "c" + first,
                first + 45L,
                "c" + first,
                first + 47L,
                "c" + first,
                first + 49L,
                "c" + first,
                first + 51L,
                "c" + first,
                first + 53L,
                "c" + first,
                first + 55L,
                "c" + first,
                first + 57L,
                "c" + first,
                first + 59L,
                "c" + first,
                first + 61L,
                "c" + first,
                first + 63L,
                "c" + first,
                first + 65L,
                "c" + first,
                first + 67L,
                "c" + first,
                first + 69L,
                "c" + first,
                first + 71L,
                "c" + first,
                first + 73L,
                "c" + first,
                first + 75L,
                "c" + first,
                first + 77L,
                "c" + first,
                first + 79L,
                "c" + first,
                first + 81L,
                "c" + first,
                first + 83L,
                "c" + first,
                first + 85L,
                "c" + first,
                first + 87L,
                "c" + first,
                first + 89L,
                "c" + first,
                first + 91L,
                "c" + first,
                first + 93L,
                "c" + first,
                first + 95L,
                "c" + first,
                first + 97L,
                "c" + first,
                first + 99L,
                "c" + first,
                first + 101L,
                "c" + first,
                first + 103L,
                "c" + first,
                first + 105L,
                "c" + first,
                first + 107L,
                "c" + first,
                first + 109L,
                "c" + first,
                first + 111L,
                "c" + first,
                first + 113L,
                "c" + first,
                first + 115L,
                "c" + first,
                first + 117L,
                "c" + first,
                first + 119L);
    }

    static Object fields(long first) {
        return new Fields(first);
    }
}
