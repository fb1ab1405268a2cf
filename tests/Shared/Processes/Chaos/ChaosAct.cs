namespace Sweep.Processes.Chaos;

/// <summary>The process that is disturbed.</summary>
public enum ChaosVictim
{
    /// <summary>The process of a slot.</summary>
    Trainer,

    /// <summary>A silo that does not host the scheduler.</summary>
    Worker,

    /// <summary>The silo that hosts the scheduler. It trains as well.</summary>
    Control,

    /// <summary>PostgreSQL.</summary>
    Database,
}

/// <summary>What is done to the process.</summary>
public enum ChaosDeed
{
    /// <summary>SIGKILL, after which a new process takes its place.</summary>
    Kill,

    /// <summary>SIGTERM (for PostgreSQL its immediate stop), after which a new process takes its place.</summary>
    Terminate,

    /// <summary>SIGSTOP for a time too short for a silo to be declared dead, then SIGCONT.</summary>
    FreezeShortly,

    /// <summary>SIGSTOP until the silo has been declared dead for some time, then SIGCONT.</summary>
    FreezeLong,

    /// <summary>The trainer gets no more memory from the kernel, as on a machine that has none left.</summary>
    Starve,

    /// <summary>SIGSTOP without a SIGCONT, so that the silo must end the trainer.</summary>
    Hang,

    /// <summary>
    /// The trainer is killed, and for a while its silo cannot start another: the program is missing, may not be executed, or ends at once.
    /// </summary>
    Forbid,

    /// <summary>A user drains the silo, which then ends by itself.</summary>
    Drain,
}

public sealed record ChaosAct(ChaosVictim Victim, ChaosDeed Deed)
{
    /// <summary>Every act of a killer. An act that stands twice is done twice as often.</summary>
    public static IReadOnlyList<ChaosAct> All { get; } =
    [
        new(ChaosVictim.Trainer, ChaosDeed.Kill), new(ChaosVictim.Trainer, ChaosDeed.Kill),
        new(ChaosVictim.Trainer, ChaosDeed.FreezeShortly),
        new(ChaosVictim.Trainer, ChaosDeed.Starve), new(ChaosVictim.Trainer, ChaosDeed.Hang), new(ChaosVictim.Trainer, ChaosDeed.Forbid),
        new(ChaosVictim.Worker, ChaosDeed.Kill), new(ChaosVictim.Worker, ChaosDeed.Terminate),
        new(ChaosVictim.Worker, ChaosDeed.FreezeShortly), new(ChaosVictim.Worker, ChaosDeed.FreezeLong),
        new(ChaosVictim.Control, ChaosDeed.Kill), new(ChaosVictim.Control, ChaosDeed.Terminate),
        new(ChaosVictim.Control, ChaosDeed.FreezeShortly), new(ChaosVictim.Control, ChaosDeed.FreezeLong),
        new(ChaosVictim.Database, ChaosDeed.Kill), new(ChaosVictim.Database, ChaosDeed.Terminate),
    ];

    /// <summary>Whether the act disturbs a silo.</summary>
    public bool TakesSilosAway => Victim is ChaosVictim.Worker or ChaosVictim.Control;

    /// <summary>Whether the victim loses its trials through the act.</summary>
    public bool CostsLeases => Victim is ChaosVictim.Worker or ChaosVictim.Control && Deed is ChaosDeed.Kill or ChaosDeed.FreezeLong;
}
