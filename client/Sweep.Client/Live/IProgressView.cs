namespace Sweep.Client.Live;

/// <summary>Shows a sweep while it is watched.</summary>
internal interface IProgressView
{
    /// <summary>Whether <see cref="ProgressSnapshot.Finished"/> is wanted when the number of finished trials has changed, in place of what a screen shows.</summary>
    bool WantsFinished { get; }

    /// <summary>The number of the trial whose history is wanted.</summary>
    int? OpenTrial => null;

    /// <summary>Runs <paramref name="watch"/> and shows every snapshot that it hands over.</summary>
    Task ShowAsync(Func<Action<ProgressSnapshot>, Task> watch);
}
