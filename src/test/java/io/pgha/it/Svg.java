package io.pgha.it;

import java.io.StringWriter;

import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** Writes a drawing of boxes, lines and words as SVG; how they look is said once, by class. */
final class Svg {

    private static final String NAMESPACE = "http://www.w3.org/2000/svg";

    private final StringWriter text = new StringWriter();
    private final XMLStreamWriter xml;

    Svg() {
        try {
            this.xml = XMLOutputFactory.newInstance().createXMLStreamWriter(text);
        } catch (XMLStreamException e) {
            throw new IllegalStateException("no writer of XML", e);
        }
    }

    /** Begins a drawing of that size. */
    void begin(int width, int height, String style) {
        write(() -> {
            xml.writeStartElement("svg");
            xml.writeDefaultNamespace(NAMESPACE);
            attribute("viewBox", "0 0 " + width + " " + height);
            attribute("width", width);
            attribute("height", height);
            attribute("role", "img");
            xml.writeStartElement("style");
            xml.writeCharacters("\n" + style);
            xml.writeEndElement();
        });
    }

    void box(int x, int y, int width, int height, String look) {
        write(() -> {
            empty("rect", look);
            attribute("x", x);
            attribute("y", y);
            attribute("width", width);
            attribute("height", height);
        });
    }

    void line(int x1, int y1, int x2, int y2, String look) {
        write(() -> {
            empty("line", look);
            attribute("x1", x1);
            attribute("y1", y1);
            attribute("x2", x2);
            attribute("y2", y2);
        });
    }

    /** Words that begin at {@code x} and stand on {@code y}. */
    void text(int x, int y, String look, String words) {
        write(() -> {
            xml.writeCharacters("\n");
            xml.writeStartElement("text");
            attribute("x", x);
            attribute("y", y);
            if (!look.isEmpty()) {
                attribute("class", look);
            }
            xml.writeCharacters(words);
            xml.writeEndElement();
        });
    }

    /** Ends the drawing; all of it. */
    String end() {
        write(() -> {
            xml.writeCharacters("\n");
            xml.writeEndElement();
            xml.writeEndDocument();
            xml.flush();
        });
        return text + "\n";
    }

    private void empty(String element, String look) throws XMLStreamException {
        xml.writeCharacters("\n");
        xml.writeEmptyElement(element);
        attribute("class", look);
    }

    private void attribute(String name, Object value) throws XMLStreamException {
        xml.writeAttribute(name, value.toString());
    }

    /** Some writing. */
    private interface Writing {
        void run() throws XMLStreamException;
    }

    private static void write(Writing writing) {
        try {
            writing.run();
        } catch (XMLStreamException e) {
            throw new IllegalStateException("no drawing", e);
        }
    }
}
