import java.util.ArrayList;
import java.util.List;

/** Datamatrix ECC 200, square, in ASCII encodation: what ISO/IEC 16022 says, and no more than an INS needs. */
final class Symbol {
    /** side, regions on a side, data words, check words, blocks */
    private static final int[][] SIZES = {
        {32, 2, 62, 36, 1}, {36, 2, 86, 42, 1}, {40, 2, 114, 48, 1}, {44, 2, 144, 56, 1}, {48, 2, 174, 68, 1}, {52, 2, 204, 84, 2}, {64, 4, 280, 112, 2}};
    private final int rows;
    private final int[] words;
    private final int[][] map;

    private Symbol(int rows, int[] words) {
        this.rows = rows;
        this.words = words;
        this.map = new int[rows][rows];
        for (int[] row : map) java.util.Arrays.fill(row, -1);
    }

    static boolean[][] draw(String text) {
        List<Integer> data = new ArrayList<>();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isDigit(c) && i + 1 < text.length() && Character.isDigit(text.charAt(i + 1))) {
                data.add(130 + Integer.parseInt(text.substring(i, i + 2)));
                i++;
            } else data.add(c + 1);
        }
        for (int[] size : SIZES) if (data.size() <= size[2]) return draw(data, size);
        throw new IllegalArgumentException("too long for a symbol");
    }

    private static boolean[][] draw(List<Integer> data, int[] size) {
        int side = size[0], regions = size[1], blocks = size[4];
        if (data.size() < size[2]) data.add(129);
        while (data.size() < size[2]) {
            int pad = 129 + (149 * (data.size() + 1)) % 253 + 1;
            data.add(pad > 254 ? pad - 254 : pad);
        }
        int[] words = new int[size[2] + size[3]];
        for (int i = 0; i < size[2]; i++) words[i] = data.get(i);
        int checks = size[3] / blocks;
        for (int block = 0; block < blocks; block++) {
            int[] check = check(words, block, size[2], blocks, checks);
            for (int i = 0; i < checks; i++) words[size[2] + block + i * blocks] = check[i];
        }
        int inner = side - 2 * regions, part = inner / regions;
        Symbol symbol = new Symbol(inner, words);
        symbol.place();
        boolean[][] out = new boolean[side][side];
        for (int r = 0; r < side; r++)
            for (int c = 0; c < side; c++) {
                int rr = r % (part + 2), cc = c % (part + 2);
                if (cc == 0 || rr == part + 1) out[r][c] = true;
                else if (rr == 0) out[r][c] = cc % 2 == 0;
                else if (cc == part + 1) out[r][c] = rr % 2 == 1;
                else out[r][c] = symbol.map[r / (part + 2) * part + rr - 1][c / (part + 2) * part + cc - 1] == 1;
            }
        return out;
    }

    private static int[] check(int[] words, int first, int data, int step, int checks) {
        int[] exp = new int[510], log = new int[256];
        for (int i = 0, x = 1; i < 255; i++) {
            exp[i] = exp[i + 255] = x;
            log[x] = i;
            x <<= 1;
            if (x > 255) x ^= 301;
        }
        int[] poly = new int[checks + 1];
        poly[0] = 1;
        for (int i = 1; i <= checks; i++)
            for (int j = i; j >= 0; j--) {
                int times = j == 0 || poly[j - 1] == 0 ? 0 : poly[j - 1];
                int shifted = poly[j] == 0 ? 0 : exp[(log[poly[j]] + i) % 255];
                poly[j] = times ^ shifted;
            }
        // poly[j] is the coefficient of x^j; divide the data by it.
        int[] rest = new int[checks];
        for (int i = first; i < data; i += step) {
            int lead = words[i] ^ rest[0];
            System.arraycopy(rest, 1, rest, 0, checks - 1);
            rest[checks - 1] = 0;
            if (lead != 0) for (int j = 0; j < checks; j++) {
                int factor = poly[checks - 1 - j];
                if (factor != 0) rest[j] ^= exp[(log[lead] + log[factor]) % 255];
            }
        }
        return rest;
    }

    private void bit(int row, int col, int word, int bit) {
        if (row < 0) {
            row += rows;
            col += 4 - (rows + 4) % 8;
        }
        if (col < 0) {
            col += rows;
            row += 4 - (rows + 4) % 8;
        }
        map[row][col] = words[word] >> (8 - bit) & 1;
    }

    private void shape(int row, int col, int word) {
        int[][] at = {{-2, -2}, {-2, -1}, {-1, -2}, {-1, -1}, {-1, 0}, {0, -2}, {0, -1}, {0, 0}};
        for (int i = 0; i < 8; i++) bit(row + at[i][0], col + at[i][1], word, i + 1);
    }

    private void corner(int word, int[]... at) {
        for (int i = 0; i < 8; i++) bit(at[i][0], at[i][1], word, i + 1);
    }

    private void place() {
        int n = rows, word = 0, row = 4, col = 0;
        do {
            if (row == n && col == 0)
                corner(word++, new int[][] {{n - 1, 0}, {n - 1, 1}, {n - 1, 2}, {0, n - 2}, {0, n - 1}, {1, n - 1}, {2, n - 1}, {3, n - 1}});
            if (row == n - 2 && col == 0 && n % 4 != 0)
                corner(word++, new int[][] {{n - 3, 0}, {n - 2, 0}, {n - 1, 0}, {0, n - 4}, {0, n - 3}, {0, n - 2}, {0, n - 1}, {1, n - 1}});
            if (row == n - 2 && col == 0 && n % 8 == 4)
                corner(word++, new int[][] {{n - 3, 0}, {n - 2, 0}, {n - 1, 0}, {0, n - 2}, {0, n - 1}, {1, n - 1}, {2, n - 1}, {3, n - 1}});
            if (row == n + 4 && col == 2 && n % 8 == 0)
                corner(word++, new int[][] {{n - 1, 0}, {n - 1, n - 1}, {0, n - 3}, {0, n - 2}, {0, n - 1}, {1, n - 3}, {1, n - 2}, {1, n - 1}});
            do {
                if (row < n && col >= 0 && map[row][col] < 0) shape(row, col, word++);
                row -= 2;
                col += 2;
            } while (row >= 0 && col < n);
            row += 1;
            col += 3;
            do {
                if (row >= 0 && col < n && map[row][col] < 0) shape(row, col, word++);
                row += 2;
                col -= 2;
            } while (row < n && col >= 0);
            row += 3;
            col += 1;
        } while (row < n || col < n);
        if (map[n - 1][n - 1] < 0) {
            map[n - 1][n - 1] = map[n - 2][n - 2] = 1;
            map[n - 1][n - 2] = map[n - 2][n - 1] = 0;
        }
    }
}
