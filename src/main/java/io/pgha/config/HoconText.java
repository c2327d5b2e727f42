package io.pgha.config;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigIncludeContext;
import com.typesafe.config.ConfigIncluder;
import com.typesafe.config.ConfigIncluderClasspath;
import com.typesafe.config.ConfigIncluderFile;
import com.typesafe.config.ConfigIncluderURL;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigResolveOptions;
import com.typesafe.config.ConfigSyntax;

import java.io.File;
import java.net.URL;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Reads HOCON text. One file is one configuration: includes are refused, and {@code ${...}} sees only the file's own keys,
 * never the environment or system properties.
 */
final class HoconText {

    private HoconText() {}

    /** The file's values with substitutions filled in; empty after a complaint about its syntax. */
    static Optional<ConfigObject> parse(Path file, String text, Complaints complaints) {
        ConfigParseOptions options = ConfigParseOptions.defaults()
                .setSyntax(ConfigSyntax.CONF)
                .setOriginDescription(file.toString())
                .setIncluder(new NoIncludes());
        try {
            return Optional.of(ConfigFactory.parseString(text, options)
                    .resolve(ConfigResolveOptions.noSystem())
                    .root());
        } catch (IncludeRefused e) {
            complaints.add(lineOfInclude(text), "include", String.valueOf(e.getMessage()));
        } catch (ConfigException e) {
            int line = Optional.ofNullable(e.origin())
                    .map(ConfigOrigin::lineNumber)
                    .orElse(1);
            complaints.add(line, "syntax", plain(e));
        }
        return Optional.empty();
    }

    /** The library's sentence without the "file: line:" that it puts in front. */
    private static String plain(ConfigException e) {
        return String.valueOf(e.getMessage())
                .replaceFirst("(?s)^.{0,4096}?: \\d+: ", "")
                .replace('\n', ' ');
    }

    private static int lineOfInclude(String text) {
        List<String> lines = text.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).strip().startsWith("include")) {
                return i + 1;
            }
        }
        return 1;
    }

    private static final class IncludeRefused extends ConfigException {

        private static final long serialVersionUID = 1L;

        IncludeRefused(String what) {
            super("'" + what
                    + "' is not read: the configuration is one file, the same on both nodes");
        }
    }

    private static final class NoIncludes
            implements ConfigIncluder,
                    ConfigIncluderFile,
                    ConfigIncluderURL,
                    ConfigIncluderClasspath {

        @Override
        public ConfigIncluder withFallback(ConfigIncluder fallback) {
            return this;
        }

        @Override
        public ConfigObject include(ConfigIncludeContext context, String what) {
            throw new IncludeRefused(what);
        }

        @Override
        public ConfigObject includeFile(ConfigIncludeContext context, File what) {
            throw new IncludeRefused(what.toString());
        }

        @Override
        public ConfigObject includeURL(ConfigIncludeContext context, URL what) {
            throw new IncludeRefused(what.toString());
        }

        @Override
        public ConfigObject includeResources(ConfigIncludeContext context, String what) {
            throw new IncludeRefused(what);
        }
    }
}
