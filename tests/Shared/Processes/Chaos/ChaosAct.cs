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
}

public sealed record ChaosAct(ChaosVictim Victim, ChaosDeed Deed)
{
    /// <summary>Every act that there is. A trainer is not frozen for long: nobody would give its trial to another one, since its worker lives.</summary>
    public static IReadOnlyList<ChaosAct> All { get; } =
    [
        new(ChaosVictim.Trainer, ChaosDeed.Kill), new(ChaosVictim.Trainer, ChaosDeed.FreezeShortly),
        new(ChaosVictim.Worker, ChaosDeed.Kill), new(ChaosVictim.Worker, ChaosDeed.Terminate),
        new(ChaosVictim.Worker, ChaosDeed.FreezeShortly), new(ChaosVictim.Worker, ChaosDeed.FreezeLong),
        new(ChaosVictim.Control, ChaosDeed.Kill), new(ChaosVictim.Control, ChaosDeed.Terminate),
        new(ChaosVictim.Control, ChaosDeed.FreezeShortly), new(ChaosVictim.Control, ChaosDeed.FreezeLong),
        new(ChaosVictim.Database, ChaosDeed.Kill), new(ChaosVictim.Database, ChaosDeed.Terminate),
    ];

    /// <summary>Whether the victim loses its trials by it.</summary>
    public bool CostsLeases => Victim is ChaosVictim.Worker or ChaosVictim.Control && Deed is ChaosDeed.Kill or ChaosDeed.FreezeLong;
}
