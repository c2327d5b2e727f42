package io.pgha.it;

import java.util.Map;

/** What {@link Bench} measures: a program that keeps a pair, and what a person does beside it. */
interface Contender {

    /** Tells it from others in a line of figures. */
    Map<String, String> words();

    /** Whether it has a way to deal with that. */
    boolean takes(Fault fault);

    /** A new lab, its pair healthy, with a traffic manager that knows where this contender's clients belong. */
    Lab open();

    /** Starts the recording client, by the way that this contender's clients come in. */
    default Recorder record(Lab lab) {
        return lab.record();
    }

    /** Its daemon on that node. */
    ProcessHandle daemon(LabNode node);

    /** Measures what its commands take, where it has such. */
    void measureCommands(IdleCost cost);

    /** Strikes the primary; returns the moment just before, on System.nanoTime. */
    long strike(Lab lab, Fault fault, LabNode primary);

    /** Called when the other node serves: takes away what would keep the struck node from coming back. */
    void end(Lab lab, Fault fault, LabNode struck);

    /** Returns when nothing more happens by itself between the two nodes, so that what clients saw can be counted. */
    void awaitCalm(Lab lab, LabNode struck);

    /** Asked until it is so: whether the pair is whole, with the struck node as standby. Does what a person would do next. */
    boolean isWhole(Lab lab, LabNode struck, LabNode heir);

    /** Whether it is the contender that brings the struck node back; otherwise how long that takes is no figure of it. */
    boolean bringsBack();

    /** How often the struck node's data were copied anew until now, for the want of another way back. */
    long copies(LabNode struck);
}
