using Sweep.Domain.Sweeps;

namespace Sweep.Domain.Reports;

/// <summary>What the parameters of a sweep did to the numbers of its trials.</summary>
/// <param name="Effects">On the objective: those that are told apart from chance first, then by what they explain.</param>
/// <param name="Measures">On the objective and on every other number.</param>
/// <param name="Decomposition">Null unless the trials that succeeded are a full grid.</param>
/// <param name="Leads">
/// Whether the first of <paramref name="Effects"/> explains more than the second one beyond chance.
/// </param>
/// <param name="Notes">Sentences on parameters whose effects cannot be told apart.</param>
internal sealed record InfluenceStudy(
    IReadOnlyList<ParameterEffect> Effects,
    IReadOnlyList<MeasureInfluence> Measures,
    VarianceDecomposition? Decomposition,
    bool Leads,
    IReadOnlyList<string> Notes)
{
    /// <param name="points">All points of the sweep; only trials that are over count.</param>
    /// <param name="all">The numbers, the objective first.</param>
    public static InfluenceStudy Of(SweepSpec spec, IReadOnlyList<ReportPoint> points, IReadOnlyList<ReportMeasure> all)
    {
        List<ReportPoint> over =
        [
            .. points
                .Select(point => point with { Trials = [.. point.Trials.Where(SweepReport.IsOver)] })
                .Where(point => point.Trials.Count > 0)
                .OrderBy(point => point.Trials[0].Number),
        ];
        List<int> succeeded = [.. over.Index().Where(pair => pair.Item.Objective is not null).Select(pair => pair.Index)];
        List<Factor> varying =
        [
            .. spec.Parameters.VaryingWithoutSeed
                .Select(name => Factor.Of(name, [.. over.Select(point => point.Parameters)]))
                .Where(factor => factor.Labels.Count > 1),
        ];
        var (factors, notes) = Separable(varying, succeeded);
        var measured = new Measured([.. succeeded.Select(place => over[place])], [.. factors.Select(factor => factor.Only(succeeded))]);
        var measures = all.Select(measure => (measure, Influences: measured.Influences(measure))).ToList();
        List<ParameterEffect> effects =
        [
            .. factors.Select((factor, index) => Effect(factor, over, measures[0].Influences?[index]))
                // With more values a share may be larger and yet be chance.
                .OrderByDescending(effect => effect.Matters)
                .ThenByDescending(effect => effect.Explained ?? -1)
                .ThenByDescending(effect => effect.Raw ?? -1),
        ];
        return new(
            effects,
            [.. measures.Select(pair => Influence(pair.measure, pair.Influences, factors, over))],
            measured.Decomposition(measures[0].measure),
            measured.Leads(measures[0].measure, [.. effects.Take(2).Select(effect => effect.Parameter)]),
            notes);
    }

    /// <summary>
    /// Merges parameters that change only together, and drops those that another one determines, since no effect of theirs can be told
    /// apart from the other's.
    /// </summary>
    private static (IReadOnlyList<Factor> Factors, IReadOnlyList<string> Notes) Separable(List<Factor> all, List<int> succeeded)
    {
        var (kept, notes) = (new List<Factor>(), new List<string>());
        foreach (var factor in all)
        {
            // Where almost every point has a value of its own, any parameter seems to determine all others.
            var twin = kept.FindIndex(other => IsRepeated(other) && factor.Determines(other) && other.Determines(factor));
            if (twin >= 0)
            {
                notes.Add($"{factor.Name} changed only together with {kept[twin].Name}: what the two did cannot be told apart, and " +
                    $"{kept[twin].Name} stands for both.");
                kept[twin] = kept[twin] with { Names = [.. kept[twin].Names, factor.Name] };
            }
            else
            {
                kept.Add(factor);
            }
        }

        foreach (var factor in kept.ToList())
        {
            if (kept.Find(other => other != factor && IsRepeated(other) && other.Determines(factor)) is not { } whole)
                continue;
            kept.Remove(factor);
            notes.Add($"{whole.Name} determines {factor.Name}: what {factor.Name} did is part of what {whole.Name} did.");
        }

        return (kept, notes);

        bool IsRepeated(Factor factor) => succeeded.Count >= 2 * factor.Only(succeeded).Labels.Count;
    }

    private static ParameterEffect Effect(Factor factor, List<ReportPoint> over, (TermInfluence Term, double? Probability)? influence)
    {
        var groups = Enumerable.Range(0, factor.Labels.Count)
            .Select(group => over.Where((_, place) => factor.Groups[place] == group).ToList())
            .ToList();
        List<List<double>> means =
        [
            .. groups.Select(points => points.Select(point => point.Of(trial => trial.BestValue)?.Mean).OfType<double>().ToList())
                .Where(numbers => numbers.Count > 0),
        ];
        var (points, raw) = (means.Sum(numbers => numbers.Count), CorrelationRatio(means));
        return new(
            factor.Name,
            [.. factor.Names.Skip(1)],
            [.. factor.Labels.Zip(groups, Value)],
            raw,
            raw is null ? null : (means.Count - 1.0) / (points - 1),
            influence?.Term.Explained,
            influence?.Probability);
    }

    private static double? CorrelationRatio(List<List<double>> groups)
    {
        var all = groups.SelectMany(group => group).ToList();
        if (groups.Count < 2 || all.Count == groups.Count)
            return null;
        var mean = all.Average();
        var total = all.Sum(number => (number - mean) * (number - mean));
        var between = groups.Sum(group => group.Count * (group.Average() - mean) * (group.Average() - mean));
        return total > 0 ? Math.Min(1, between / total) : null;
    }

    private static ValueEffect Value(string label, List<ReportPoint> points)
    {
        var trials = points.SelectMany(point => point.Trials).ToList();
        var succeeded = trials.Count(SweepReport.HasSucceeded);
        return new(
            label,
            succeeded,
            trials.Count - succeeded,
            Means(trial => trial.BestValue),
            Means(trial => trial.TrainSeconds),
            Means(trial => trial.Result?.Parameters),
            Means(trial => trial.Result?.ModelBytes));

        Spread? Means(Func<TrialSummary, double?> read) => Spread.Of([.. points.Select(point => point.Of(read)?.Mean).OfType<double>()]);
    }

    private static MeasureInfluence Influence(
        ReportMeasure measure, IReadOnlyList<(TermInfluence Term, double? Probability)>? influences, IReadOnlyList<Factor> factors,
        List<ReportPoint> over) => new(
        measure,
        [
            .. factors.Select((factor, index) => new MeasureEffect(
                factor.Name,
                factor.Labels,
                [
                    .. factor.Labels.Select((_, group) => Spread.Of(
                    [
                        .. over.Where((_, place) => factor.Groups[place] == group)
                            .Select(point => point.Of(measure.Read)?.Mean)
                            .OfType<double>(),
                    ])),
                ],
                influences?[index].Term.Explained,
                influences?[index].Probability))
                .OrderByDescending(effect => effect.Explained ?? -1),
        ]);

    /// <summary>The points that succeeded, and the design that they are.</summary>
    private sealed class Measured
    {
        private readonly IReadOnlyList<ReportPoint> _points;
        private readonly IReadOnlyList<Factor> _factors;

        /// <summary>
        /// Whether the observations are trials and not points: in a balanced grid with replicates, and where points leave nothing to tell
        /// chance by.
        /// </summary>
        private readonly bool _observesTrials;
        private readonly FactorDesign? _design;

        /// <summary>The design with pairs of factors.</summary>
        private readonly BalancedDesign? _whole;

        public Measured(IReadOnlyList<ReportPoint> points, IReadOnlyList<Factor> factors)
        {
            (_points, _factors) = (points, [.. factors.Where(factor => factor.Labels.Count > 1)]);
            if (_factors.Count == 0)
                return;
            List<int> replicates = [.. points.Select(point => point.Succeeded.Count())];
            _whole = replicates.Distinct().ToList() is [> 1] ? BalancedDesign.Of(Repeated(replicates), withPairs: true) : null;
            _observesTrials = _whole is not null;
            _whole ??= BalancedDesign.Of(_factors, withPairs: true);
            // Without replicates pairs would leave too little to tell single parameters from chance.
            _design = _observesTrials ? _whole
                : (FactorDesign?)BalancedDesign.Of(_factors, withPairs: false) ?? AdditiveDesign.Of(_factors);
            if (_design is { RestFreedom: 0 } && replicates.Any(count => count > 1))
            {
                (_observesTrials, _whole) = (true, null);
                _design = AdditiveDesign.Of(Repeated(replicates));
            }

            Indices = [.. factors.Select(factor => _factors.ToList().IndexOf(factor))];
        }

        /// <summary>Of each factor its place in the design; −1 for one with a single group among the points that succeeded.</summary>
        private IReadOnlyList<int> Indices { get; } = [];

        /// <summary>Of each factor what it explains; null when the measure is the same everywhere, or missing somewhere.</summary>
        public IReadOnlyList<(TermInfluence Term, double? Probability)>? Influences(ReportMeasure measure)
        {
            if (_design is null || Values(measure) is not { } values)
                return null;
            var found = measure.IsCounted ? InfluenceTest.WithoutChance(_design, values) : InfluenceTest.Of(_design, values);
            if (found is not { } influences)
                return null;
            var single = influences.Take(_factors.Count).ToList();
            var corrected = InfluenceTest.HolmCorrected([.. single.Select(influence => influence.Probability)]);
            return
            [
                .. Indices.Select(index => index < 0 ? (new(null, null), null) : (single[index], corrected[index])),
            ];
        }

        public VarianceDecomposition? Decomposition(ReportMeasure measure) =>
            _factors.Count > 1 && _whole is { } design && Values(measure) is { } values
                ? VarianceDecomposition.Of(_factors, design, InfluenceTest.Of(design, values))
                : null;

        public bool Leads(ReportMeasure measure, IReadOnlyList<string> names)
        {
            var places = names.Select(name => _factors.ToList().FindIndex(factor => factor.Name == name)).ToList();
            return _design is { RestFreedom: > 0 } && Values(measure) is { } values && places is [>= 0 and var first, .. var others]
                && (others is not [>= 0 and var second] || InfluenceTest.IsLarger(_design, values, first, second));
        }

        /// <param name="replicates">Of each point how many of its trials succeeded.</param>
        private IReadOnlyList<Factor> Repeated(IReadOnlyList<int> replicates) =>
        [
            .. _factors.Select(factor => factor with
            {
                Groups = [.. factor.Groups.Zip(replicates).SelectMany(point => Enumerable.Repeat(point.First, point.Second))],
            }),
        ];

        private List<double>? Values(ReportMeasure measure)
        {
            var values = _observesTrials
                ? _points.SelectMany(point => point.Succeeded.Select(measure.Read)).ToList()
                : [.. _points.Select(point => point.Of(measure.Read)?.Mean)];
            return values.All(value => value is { } number && double.IsFinite(number)) ? [.. values.Select(value => value!.Value)] : null;
        }
    }
}
