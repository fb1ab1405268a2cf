namespace Sweep.Silo.Monitoring;

/// <summary>The stage of a silo's life in the cluster's membership.</summary>
public enum SiloLife
{
    Active,

    /// <summary>The silo announced that it stops.</summary>
    Leaving,

    Dead,
}

/// <summary>One silo in the cluster's membership at one moment.</summary>
/// <param name="Silo">Name of the silo.</param>
/// <param name="Target">Where to scrape the silo; null while its metadata is not known yet, or no longer.</param>
public sealed record SiloSighting(string Silo, SiloLife Life, ScrapeTarget? Target);
