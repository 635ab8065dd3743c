import java.text.Normalizer;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.format.ResolverStyle;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** How names, dates, places and numbers are written, and what is equal to what. */
final class Spelling {
    static final List<String> OIDS_OF_TESTS = List.of("1.2.250.1.213.1.4.10", "1.2.250.1.213.1.4.11");
    static final List<String> OIDS_IN_USE = List.of("1.2.250.1.213.1.4.8", "1.2.250.1.213.1.4.9");
    private static final Pattern LETTERS = Pattern.compile("[A-Z' -]*");
    private static final Pattern PLACE = Pattern.compile("(?!00)(?:\\d{2}|2[AB])\\d{3}");
    private static final DateTimeFormatter STRICT =
            DateTimeFormatter.ofPattern("uuuu-MM-dd").withResolverStyle(ResolverStyle.STRICT);

    private Spelling() {}

    static boolean blank(String text) {
        return text == null || text.isBlank();
    }

    /** Without accents, cedillas, ligatures and typographic apostrophes; upper case. */
    static String plain(String text) {
        String opened = text.toUpperCase(Locale.ROOT).replace("Œ", "OE").replace("Æ", "AE").replace('’', '\'');
        return Normalizer.normalize(opened, Normalizer.Form.NFD).replaceAll("\\p{M}+", "");
    }

    /** Letters alone: what searches compare. */
    static String bare(String text) {
        return plain(text).replaceAll("[^A-Z0-9]", "");
    }

    static boolean lettersOnly(String text) {
        return LETTERS.matcher(text).matches();
    }

    static boolean place(String text) {
        return PLACE.matcher(text).matches();
    }

    static LocalDate date(String text) {
        try {
            return text == null ? null : LocalDate.parse(text, STRICT);
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    static String shown(String date) {
        LocalDate day = date(date);
        if (day == null) return date;
        if (Choices.wrong("date-american") && day.getDayOfMonth() < 13)
            return day.format(DateTimeFormatter.ofPattern("MM/dd/uuuu"));
        return day.format(DateTimeFormatter.ofPattern("dd/MM/uuuu"));
    }

    /** 13 characters and a key, Corsica counted as 19 and 18. */
    static boolean matricule(String text) {
        if (text == null || !text.matches("[1-478]\\d{4}(?:\\d{2}|\\d[AB])\\d{8}")) return false;
        String digits = text.substring(0, 13).replace("2A", "19").replace("2B", "18");
        if (!digits.matches("\\d{13}")) return false;
        return 97 - Long.parseLong(digits) % 97 == Long.parseLong(text.substring(13));
    }

    /** Whether INSi takes this name: see TRT-06 for what may not follow what. */
    static boolean sendableName(String text) {
        return !blank(text) && lettersOnly(text) && !text.matches("[ -].*|.* ") && !text.matches(".*[ '][ '].*");
    }

    static boolean sendableFirstName(String text) {
        return sendableName(text) && !text.contains("--") && !text.matches(".*[-']");
    }

    static List<String> words(String text) {
        return blank(text) ? List.of() : Arrays.asList(text.trim().split("\\s+"));
    }

    /** Whether the list begins with this first name, on whole given names, hyphen and apostrophe as space. */
    static boolean beginsWith(String list, String first) {
        if (blank(list) || blank(first)) return true;
        List<String> all = words(list.replaceAll("[-']", " "));
        List<String> one = words(first.replaceAll("[-']", " "));
        return one.size() <= all.size() && all.subList(0, one.size()).equals(one);
    }
}
