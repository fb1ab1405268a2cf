namespace Sweep.Client.Errors;

/// <summary>What the program says to the shell; <c>sweep --help</c> documents the same list.</summary>
internal enum ExitCode
{
    Done = 0,

    /// <summary>Some trial failed, the sweep was cancelled or paused, or the request was refused.</summary>
    Refused = 1,

    /// <summary>A file, an option or a name is wrong.</summary>
    WrongInput = 2,

    /// <summary>The cluster or its database cannot be reached or started.</summary>
    Unreachable = 3,

    /// <summary>The silo of a private cluster ended by itself during a run.</summary>
    SiloEnded = 4,

    Interrupted = 130,

    /// <summary>Whoever read the output went away before its end, as for programs that die of SIGPIPE.</summary>
    NobodyReads = 141,
}
