package io.pgha.config;

import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Fence levels: a list whose elements are a path, or a list of paths.
 *
 * @param several the form of a level of several devices
 * @param most levels
 */
record Levels(Form<List<Path>> several, int most) implements Form<List<List<Path>>> {

    @Override
    public List<List<Path>> read(ConfigValue value) throws Unfit {
        if (value.valueType() != ConfigValueType.LIST) {
            throw new Unfit("is not a list; write " + allowed());
        }
        List<List<Path>> levels = new ArrayList<>();
        Set<Path> seen = new HashSet<>();
        for (ConfigValue element : (ConfigList) value) {
            List<Path> level = element.valueType() == ConfigValueType.LIST
                    ? several.read(element)
                    : List.of(Forms.path().read(element));
            if (level.isEmpty()) {
                throw new Unfit("has a level without a device");
            }
            for (Path device : level) {
                if (!seen.add(device)) {
                    throw new Unfit("names " + device + " twice");
                }
            }
            levels.add(level);
        }
        if (levels.isEmpty() || levels.size() > most) {
            throw new Unfit("has " + levels.size() + " levels; 1 to " + most + " are allowed");
        }
        return List.copyOf(levels);
    }

    @Override
    public String write(List<List<Path>> levels) {
        return levels.stream()
                .map(level -> level.size() == 1
                        ? ConfigUtil.quoteString(level.get(0).toString())
                        : several.write(level))
                .collect(Collectors.joining(", ", "[", "]"));
    }

    @Override
    public String allowed() {
        return "a list in [ ], each an absolute path or a list of them";
    }
}
