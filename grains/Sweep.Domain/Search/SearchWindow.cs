namespace Sweep.Domain.Search;

/// <summary>
/// How far back the outcomes lie that a proposal is made from. Trial n is proposed from the outcomes of trials up to n − window, and from
/// what those between try, so that <paramref name="Window"/> trials can run at one time and the trials are the same on any cluster.
/// </summary>
/// <param name="Window">At least 1, where each trial is proposed when all before it are over.</param>
public sealed record SearchWindow(int Window = SearchWindow.Default)
{
    public const int Default = 8;

    /// <summary>The highest number whose outcome trial <paramref name="number"/> is proposed from; 0 when there is none.</summary>
    public int Before(int number) => Math.Max(0, number - Window);

    /// <summary>
    /// The highest rung, from 0, up to which a trial is known with a stopping rule: rung k where window · factorᵏ numbers lie between. What
    /// takes longer is waited for later.
    /// </summary>
    /// <param name="number">The trial that is proposed.</param>
    /// <param name="earlier">A trial with a lower number.</param>
    /// <param name="comparedUpTo">
    /// The last trial that the earlier one is compared with, which must be proposed before the earlier one is judged.
    /// </param>
    /// <param name="factor">How many times longer each rung is than the one before; at least 2.</param>
    /// <returns>−1 when the trial is not known at all.</returns>
    public int KnownRung(int number, int earlier, int comparedUpTo, int factor)
    {
        if (number - earlier < Window)
            return -1;
        var rung = 0;
        for (var distance = (long)Window * factor; number - Math.Max(earlier, comparedUpTo) >= distance; distance *= factor)
            rung++;
        return rung;
    }
}
