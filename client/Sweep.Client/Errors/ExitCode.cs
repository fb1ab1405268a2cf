namespace Sweep.Client.Errors;

/// <summary>The exit codes of the program; <c>sweep --help</c> documents the same list.</summary>
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

    /// <summary>The reader of the output ended before all was written. The code is that of a program that SIGPIPE ends.</summary>
    ReaderGone = 141,
}
