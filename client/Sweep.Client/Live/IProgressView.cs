namespace Sweep.Client.Live;

/// <summary>Shows a sweep while it is watched.</summary>
internal interface IProgressView
{
    /// <summary>Whether <see cref="ProgressSnapshot.Finished"/> is wanted when the number of finished trials has changed.</summary>
    bool WantsFinished { get; }

    /// <summary>Runs <paramref name="watch"/> and shows every snapshot that it hands over.</summary>
    Task ShowAsync(Func<Action<ProgressSnapshot>, Task> watch);
}
