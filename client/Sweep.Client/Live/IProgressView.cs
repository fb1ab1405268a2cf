namespace Sweep.Client.Live;

/// <summary>Shows a sweep while it is watched.</summary>
internal interface IProgressView
{
    /// <summary>
    /// Whether the view shows <see cref="ProgressSnapshot.Finished"/>. Snapshots then have the finished trials whenever their number has
    /// changed, and lack the best trial, the failures and the open trial, which only a screen shows.
    /// </summary>
    bool ShowsFinished { get; }

    /// <summary>The number of the trial whose history the view shows; null for none.</summary>
    int? OpenTrial => null;

    /// <summary>Runs <paramref name="watch"/>, and shows every snapshot that it passes on.</summary>
    Task ShowAsync(Func<Action<ProgressSnapshot>, Task> watch);
}
