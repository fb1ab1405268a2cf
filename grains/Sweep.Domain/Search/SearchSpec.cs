namespace Sweep.Domain.Search;

/// <summary>How a method that learns waits for outcomes.</summary>
/// <param name="Window">
/// By number, the distance from a proposal to the trials whose outcomes it is made from; by arrival, how many points may be unfinished at
/// one time. At least 1.
/// </param>
public sealed record SearchSpec(int Window = SearchWindow.Default, SearchOrder Order = SearchOrder.Number);

/// <summary>
/// Which outcomes a proposal is made from: those of the trials whose numbers are low enough, so that a sweep is the same on any cluster, or
/// those that have arrived.
/// </summary>
public enum SearchOrder { Number, Arrival }
