namespace Sweep.Silo.Monitoring;

/// <summary>How far a silo is in its life, as the cluster sees it.</summary>
public enum SiloLife
{
    Active,

    /// <summary>It said that it stops.</summary>
    Leaving,

    Dead,
}

/// <summary>One silo as the cluster sees it at one moment.</summary>
/// <param name="Silo">Name of the silo.</param>
/// <param name="Target">Null when nothing is known of it yet, or not any more.</param>
public sealed record SiloSighting(string Silo, SiloLife Life, ScrapeTarget? Target);
