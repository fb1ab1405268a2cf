namespace Sweep.Processes.Chaos;

/// <summary>Who is hit.</summary>
public enum ChaosVictim
{
    /// <summary>The process of a slot.</summary>
    Trainer,

    /// <summary>A silo that does not host the scheduler.</summary>
    Worker,

    /// <summary>The silo that hosts the scheduler, and trains as well.</summary>
    Control,

    /// <summary>PostgreSQL.</summary>
    Database,
}

/// <summary>What is done to it.</summary>
public enum ChaosDeed
{
    /// <summary>SIGKILL, and a new one in its place.</summary>
    Kill,

    /// <summary>SIGTERM (PostgreSQL: its immediate stop), and a new one in its place.</summary>
    Terminate,

    /// <summary>SIGSTOP for so short a time that nobody is declared dead, then SIGCONT.</summary>
    FreezeShortly,

    /// <summary>SIGSTOP until it is long declared dead, then SIGCONT.</summary>
    FreezeLong,

    /// <summary>A trainer gets no more memory from the kernel, as when the machine has none left.</summary>
    Starve,

    /// <summary>SIGSTOP for good: whoever waits for the trainer must end it.</summary>
    Hang,

    /// <summary>A trainer dies, and for a while its silo can start no other: the program is missing, may not be executed, or ends at once.</summary>
    Forbid,

    /// <summary>A user drains the silo, which ends by itself.</summary>
    Drain,
}

public sealed record ChaosAct(ChaosVictim Victim, ChaosDeed Deed)
{
    /// <summary>Every act of a killer.</summary>
    public static IReadOnlyList<ChaosAct> All { get; } =
    [
        new(ChaosVictim.Trainer, ChaosDeed.Kill), new(ChaosVictim.Trainer, ChaosDeed.Kill), new(ChaosVictim.Trainer, ChaosDeed.FreezeShortly),
        new(ChaosVictim.Trainer, ChaosDeed.Starve), new(ChaosVictim.Trainer, ChaosDeed.Hang), new(ChaosVictim.Trainer, ChaosDeed.Forbid),
        new(ChaosVictim.Worker, ChaosDeed.Kill), new(ChaosVictim.Worker, ChaosDeed.Terminate),
        new(ChaosVictim.Worker, ChaosDeed.FreezeShortly), new(ChaosVictim.Worker, ChaosDeed.FreezeLong),
        new(ChaosVictim.Control, ChaosDeed.Kill), new(ChaosVictim.Control, ChaosDeed.Terminate),
        new(ChaosVictim.Control, ChaosDeed.FreezeShortly), new(ChaosVictim.Control, ChaosDeed.FreezeLong),
        new(ChaosVictim.Database, ChaosDeed.Kill), new(ChaosVictim.Database, ChaosDeed.Terminate),
    ];

    /// <summary>Whether a silo is hit.</summary>
    public bool TakesSilosAway => Victim is ChaosVictim.Worker or ChaosVictim.Control;

    /// <summary>Whether the victim loses its trials by it.</summary>
    public bool CostsLeases => Victim is ChaosVictim.Worker or ChaosVictim.Control && Deed is ChaosDeed.Kill or ChaosDeed.FreezeLong;
}
