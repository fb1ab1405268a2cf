namespace Sweep.Silo.Monitoring;

/// <summary>Where Prometheus finds a silo's metrics. Its labels are put on every series of the silo, so they are kept few.</summary>
/// <param name="Address">Host and port: <c>10.0.0.7:9100</c>.</param>
/// <param name="Instance">Name of the silo, which is new for each start of a process.</param>
/// <param name="Role">worker, control or both.</param>
/// <param name="Host">Name of the silo's machine.</param>
public sealed record ScrapeTarget(string Address, string Instance, string Role, string Host);
