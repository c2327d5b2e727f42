package io.pgha.fence;

/** A device file cannot be used. The words name the file and end with what mends it; they hold nothing of its contents but keys. */
public final class DeviceRefused extends Exception {

    private final String words;
    private final String remedy;

    DeviceRefused(String words, String remedy) {
        super(words + ": " + remedy);
        this.words = words;
        this.remedy = remedy;
    }

    /** What is wrong. */
    public String words() {
        return words;
    }

    /** What to type, or to write into the file. */
    public String remedy() {
        return remedy;
    }
}
