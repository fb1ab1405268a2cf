namespace Sweep.Grains;

/// <summary>What a silo is there for.</summary>
[Flags]
public enum SiloRole
{
    /// <summary>It trains.</summary>
    Worker = 1,

    /// <summary>It hosts the sweeps and the scheduler.</summary>
    Control = 2,

    Both = Worker | Control,
}
