using System.Numerics;

namespace Sweep.Domain.Search;

/// <summary>
/// A grid as a tree of choices with one level for each dimension, in which equal subtrees are one node: the choices below a node depend
/// only on which of the conditions further down may still hold. So the trials are counted without being expanded, and trial n is found by
/// descending once.
/// </summary>
internal sealed class GridTree
{
    /// <summary>The node below the last dimension, and the one below a value that a constraint forbids.</summary>
    private static readonly GridTree End = new("", []) { Trials = 1 }, Forbidden = new("", []);

    private readonly IReadOnlyList<ParameterValue> _points;
    private readonly List<Run> _runs = [];
    private int _values;

    /// <param name="points">The values of the dimension; empty where its condition does not hold.</param>
    private GridTree(string name, IReadOnlyList<ParameterValue> points) => (Name, _points) = (name, points);

    /// <summary>The name of the dimension that is decided here.</summary>
    public string Name { get; }

    /// <summary>The number of trials below this node.</summary>
    public BigInteger Trials { get; private set; }

    /// <exception cref="ArgumentException">A dimension is a range without a count or a step.</exception>
    public static GridTree Of(SearchSpace space) => new Planting(space).Plant();

    /// <summary>The value that the trial at a place below this node has, and the node that decides the next dimension.</summary>
    /// <param name="place">From 0; afterwards the trial's place below the node that is returned.</param>
    /// <returns>The value is null where the dimension's condition does not hold. Null below the last dimension.</returns>
    public (GridTree Node, ParameterValue? Value)? Next(ref long place)
    {
        if (_runs.Count == 0)
            return null;
        var run = _runs[0];
        // This searches for the last run that begins at the place or before it.
        for (int low = 1, high = _runs.Count; low < high;)
        {
            var middle = (low + high) / 2;
            if (_runs[middle].Before <= place)
                (run, low) = (_runs[middle], middle + 1);
            else
                high = middle;
        }

        place -= run.Before;
        var index = run.First + (int)(place / run.Each);
        place %= run.Each;
        return (run.Node, _points.Count == 0 ? null : _points[index]);
    }

    /// <summary>Adds one more value, with the choices below it.</summary>
    private void Add(GridTree node)
    {
        if (_runs is not [.., var last] || last.Node != node)
            _runs.Add(new(_values, Small(Trials), Small(node.Trials), node));
        _values++;
        Trials += node.Trials;
    }

    /// <summary>Limits a number of trials. Places of trials are far below the limit, so a larger number need not be exact.</summary>
    private static long Small(BigInteger number) => (long)BigInteger.Min(number, long.MaxValue);

    /// <summary>Values that stand beside each other and have the same subtree.</summary>
    /// <param name="First">Index of the first value.</param>
    /// <param name="Before">Trials of the values before it.</param>
    /// <param name="Each">Trials of each of its values.</param>
    private sealed record Run(int First, long Before, long Each, GridTree Node);

    private sealed class Planting
    {
        private readonly ParameterCatalog _catalog;
        private readonly (Dimension Dimension, IReadOnlyList<ParameterValue> Points)[] _axes;
        private readonly Dictionary<(int Axis, BigInteger Open, BigInteger Held), GridTree> _nodes = [];

        /// <summary>By axis, the constraints that its value decides together with those of the axes before it.</summary>
        private readonly Constraint[][] _constraints;

        /// <summary>By axis, the value at the node that is being planted, and whether a constraint needs it further down.</summary>
        private readonly ParameterValue[] _values;
        private readonly bool[] _isHeld;

        /// <summary>The axis at which the last constraint is decided; −1 without constraints.</summary>
        private readonly int _lastConstrained;

        /// <summary>For each dimension the later ones with a condition on it, and the values that each allows.</summary>
        private readonly List<(int Axis, HashSet<ParameterValue> Allowed)>[] _conditions;

        public Planting(SearchSpace space)
        {
            _catalog = space.Catalog;
            _axes = [.. space.Dimensions.Select(dimension => (dimension, dimension.Points(_catalog)
                ?? throw new ArgumentException($"A grid over the range {dimension.Name} needs a count or a step.", nameof(space))))];
            _conditions = [.. _axes.Select((axis, index) => _axes.Index().Skip(index + 1)
                .Where(later => later.Item.Dimension.When?.ContainsKey(axis.Dimension.Name) == true)
                .Select(later => (later.Index, later.Item.Dimension.When![axis.Dimension.Name].ToHashSet()))
                .ToList())];
            var all = new Constraints(space).All;
            _values = new ParameterValue[_axes.Length];
            _constraints = [.. _axes.Select((_, axis) => all.Where(constraint => LastAxis(constraint) == axis).ToArray())];
            _lastConstrained = all.Select(LastAxis).DefaultIfEmpty(-1).Max();
            _isHeld = [.. _axes.Select((axis, index) => all.Any(constraint =>
                constraint.Parameters.Contains(axis.Dimension.Name) && LastAxis(constraint) > index))];
        }

        public GridTree Plant()
        {
            // A parameter that is no dimension has its default in every trial.
            var open = BigInteger.MinusOne;
            foreach (var (index, (dimension, _)) in _axes.Index())
            {
                var before = _axes.Take(index).Select(axis => axis.Dimension.Name).ToHashSet();
                var constant = dimension.When?.Where(condition => !before.Contains(condition.Key)) ?? [];
                if (!constant.All(condition => condition.Value.Contains(_catalog.Default(condition.Key))))
                    open = Close(open, index);
            }

            return Plant(0, open, BigInteger.Zero);
        }

        /// <summary>The axis at which it is decided whether a constraint holds.</summary>
        private int LastAxis(Constraint constraint) =>
            constraint.Parameters.Select(AxisOf).DefaultIfEmpty(0).Max() is var last and >= 0 ? last : 0;

        private int AxisOf(string parameter) => Array.FindIndex(_axes, axis => axis.Dimension.Name == parameter);

        private ParameterValue ValueOf(string parameter) =>
            AxisOf(parameter) is var axis and >= 0 ? _values[axis] : _catalog.Default(parameter);

        /// <param name="open">
        /// A set with one bit for each dimension: those from this one on whose conditions hold as far as they are decided. The bits of the
        /// dimensions before this one are all set, since they do not matter any more.
        /// </param>
        /// <param name="held">The places of the values before this one that a constraint needs, as one number.</param>
        private GridTree Plant(int axis, BigInteger open, BigInteger held)
        {
            if (axis == _axes.Length)
                return End;
            if (_nodes.TryGetValue((axis, open, held), out var known))
                return known;
            var (dimension, points) = _axes[axis];
            var applies = !((open >> axis) & 1).IsZero;
            var node = new GridTree(dimension.Name, applies ? points : []);
            foreach (var (index, value) in (applies ? points : [_catalog.Default(dimension.Name)]).Index())
            {
                _values[axis] = value;
                node.Add(_constraints[axis].All(constraint => constraint.Holds(ValueOf))
                    ? Plant(axis + 1, After(axis, value, open), Held(axis, held, applies ? index + 1 : 0))
                    : Forbidden);
            }

            return _nodes[(axis, open, held)] = node;
        }

        private BigInteger After(int axis, ParameterValue value, BigInteger open)
        {
            open |= BigInteger.One << axis;
            foreach (var (later, allowed) in _conditions[axis])
            {
                if (!allowed.Contains(value))
                    open = Close(open, later);
            }

            return open;
        }

        /// <param name="place">Of the value on the axis, from 1; 0 where its condition fails.</param>
        private BigInteger Held(int axis, BigInteger held, int place) =>
            axis >= _lastConstrained ? BigInteger.Zero
            : _isHeld[axis] ? (held * (_axes[axis].Points.Count + 1)) + place
            : held;

        private static BigInteger Close(BigInteger open, int axis) => open & ~(BigInteger.One << axis);
    }
}
