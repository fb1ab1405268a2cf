namespace Sweep.Domain.Search;

/// <summary>
/// Which trials of the built-in model train the same although their parameters differ. Of a program nothing is known, so only trials with
/// the same parameters are the same.
/// </summary>
internal static class EqualTrials
{
    private static readonly (string Reason, Func<TrialParameters, TrialParameters> Apply)[] Rules =
    [
        (
            "dropout does nothing with one layer",
            trial => trial is { Layers: 1, Dropout: not 0 } ? trial with { Dropout = 0 } : trial),
        (
            "adamw without weight_decay is adam",
            trial => trial is { Optimizer: OptimizerKind.AdamW, WeightDecay: 0 }
                ? trial with { Optimizer = OptimizerKind.Adam }
                : trial),
    ];

    /// <summary>
    /// A text that is the same for all trials that train the same, and why a trial is equal to one with other parameters.
    /// </summary>
    /// <param name="isOwn">Whether it is a trial of a program.</param>
    public static (string Same, string? Reason) Of(ParameterMap trial, bool isOwn)
    {
        if (isOwn)
            return (trial.ToJson(), null);
        var (typed, reasons) = (trial.ForModel(), new List<string>());
        foreach (var (reason, apply) in Rules)
        {
            var applied = apply(typed);
            if (!ReferenceEquals(applied, typed))
                reasons.Add(reason);
            typed = applied;
        }

        return (typed.ToJson(), reasons.Count > 0 ? string.Join(", ", reasons) : null);
    }

    /// <summary>Whether a search over a space may propose trials that train the same.</summary>
    /// <param name="isDrawn">Whether the trials are drawn at random, so that the same values may come twice.</param>
    public static bool ArePossible(SearchSpace space, bool isDrawn)
    {
        var reachable = new ReachableValues(space);
        if (isDrawn && !space.Dimensions.Any(IsContinuous))
            return true;
        return space.Own is null && ((reachable.Varies("dropout") && reachable.CanBe("layers", new ParameterValue.Whole(1)))
            || (reachable.Varies("optimizer") && reachable.CanBe("optimizer", new ParameterValue.Word("adamw"))));

        bool IsContinuous(Dimension dimension) => dimension.When is null
            && dimension.Domain is DimensionDomain.Range { Count: null, Step: null } && !dimension.IsWhole(space.Catalog);
    }
}
