using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Client.SweepFiles;

/// <summary>
/// Reads the section <c>objective</c>: one, or a list of several. Which metrics are allowed is checked later, by the domain.
/// </summary>
internal sealed class ObjectiveReader(Problems problems)
{
    /// <summary>The objective of a file that names none, and in the place of one that cannot be read.</summary>
    public static Objective Usual { get; } = new(Metric.ValLoss, Goal.Minimize);

    public IReadOnlyList<Objective> Read(YamlNode? node)
    {
        if (node is not YamlList list)
            return [node is null ? Usual : problems.Try(() => ReadMap(node)) ?? Usual];
        var read = list.Items.Select(item => problems.Try(() => item is YamlScalar ? Of(ReadMetric(item), null) : ReadMap(item))).ToList();
        // The mistakes of those that cannot be read are noted; the others alone might be wrong in another way.
        return read.Contains(null) ? [Usual] : [.. read.OfType<Objective>()];
    }

    private Objective ReadMap(YamlNode node)
    {
        var section = new Section(node, problems, "metric", "goal", "unit");
        return Of(section.Read("metric", ReadMetric) ?? Metric.ValLoss, section.Word<Goal>("goal")) with { Unit = section.Text("unit") };
    }

    private static Objective Of(Metric metric, Goal? goal) => new(metric, goal ?? ObjectiveMetrics.DefaultGoal(metric) ?? Goal.Minimize);

    private static Metric ReadMetric(YamlNode node) =>
        node is YamlScalar scalar ? new(scalar.Text) : throw node.Wrong($"expected {BuiltInMetrics.Catalog.Expectation}");
}
