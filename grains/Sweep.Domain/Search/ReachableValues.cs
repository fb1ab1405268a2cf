namespace Sweep.Domain.Search;

/// <summary>
/// Which values the parameters of a space can have among its trials, conditions taken into account. Conditions on several parameters are
/// judged one parameter at a time, so a value that only an impossible pair of parents would allow counts as reachable.
/// </summary>
public sealed class ReachableValues
{
    private readonly Dictionary<string, Reach> _reaches = [];
    private readonly ParameterCatalog _catalog;

    public ReachableValues(SearchSpace space)
    {
        _catalog = space.Catalog;
        // Conditions name only dimensions that stand before their own.
        foreach (var dimension in space.Dimensions)
        {
            var conditions = dimension.When ?? new Dictionary<string, IReadOnlyList<ParameterValue>>();
            var mayHold = conditions.All(condition => condition.Value.Any(value => Of(condition.Key).Has(value)));
            var mayFail = conditions.Any(condition => !Of(condition.Key).IsWithin(condition.Value));
            _reaches[dimension.Name] = new(
                mayHold ? dimension : null,
                dimension.IsWhole(_catalog),
                dimension.Points(_catalog),
                mayFail ? Default(dimension.Name) : null);
        }
    }

    /// <summary>Whether a parameter can have a value. One without a dimension has its default only.</summary>
    public bool CanBe(string parameter, ParameterValue value) => Of(parameter).Has(value);

    /// <summary>Whether a parameter can have more than one value.</summary>
    public bool Varies(string parameter) => Of(parameter).Varies;

    /// <summary>Characters of the longest window that a trial can have.</summary>
    public int LongestWindow => (int)Largest("sequence_length");

    /// <summary>The largest whole number that a parameter can be.</summary>
    public long Largest(string parameter) => Of(parameter).Largest;

    /// <summary>The most epochs that a trial can train.</summary>
    public int MostEpochs => (int)Of("epochs").Largest;

    private Reach Of(string parameter) => _reaches.GetValueOrDefault(parameter) ?? new(null, false, null, Default(parameter));

    private ParameterValue? Default(string parameter) => _catalog.Find(parameter)?.Default;

    /// <param name="Dimension">Null when its condition never holds.</param>
    /// <param name="Points">Of the dimension; null for a range that is drawn from everywhere.</param>
    /// <param name="Default">Null when its condition always holds.</param>
    private sealed record Reach(Dimension? Dimension, bool IsWhole, IReadOnlyList<ParameterValue>? Points, ParameterValue? Default)
    {
        public bool Varies => Dimension is not null && (Points is null || Points.Append(Default ?? Points[0]).Distinct().Skip(1).Any());

        /// <summary>The largest of its whole numbers; 0 where it has none, as the epochs of a program without a limit.</summary>
        public long Largest => new[] { Default }
            .Concat(Dimension is null ? [] : Points ?? [new ParameterValue.Whole((long)((DimensionDomain.Range)Dimension.Domain).Max)])
            .OfType<ParameterValue.Whole>()
            .Select(value => value.Number)
            .DefaultIfEmpty()
            .Max();

        public bool Has(ParameterValue value) =>
            value == Default || (Dimension is not null && (Points?.Contains(value) ?? IsInRange(value)));

        public bool IsWithin(IReadOnlyList<ParameterValue> values) =>
            (Default is null || values.Contains(Default)) && (Dimension is null || (Points is not null && Points.All(values.Contains)));

        private bool IsInRange(ParameterValue value) => Dimension!.Domain is DimensionDomain.Range range && value switch
        {
            ParameterValue.Whole whole => whole.Number >= range.Min && whole.Number <= range.Max,
            ParameterValue.Real real => !IsWhole && real.Number >= range.Min && real.Number <= range.Max,
            _ => false,
        };
    }
}
