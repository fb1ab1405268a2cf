using Sweep.Domain.Stopping;
using Sweep.Domain.Sweeps;

namespace Sweep.Client.SweepFiles;

/// <summary>
/// Reads the section <c>stop</c>: a stopping rule or a list of them. Which values are allowed is checked later, by the domain.
/// </summary>
internal sealed class StopReader(Problems problems)
{
    private enum Rule { Asha, Hyperband, Median, Threshold, Patience }

    /// <returns>
    /// The rules. Those that cannot be read are left out, and their mistakes noted; null where none can be, so that an empty list is no
    /// second mistake.
    /// </returns>
    public IReadOnlyList<StopSpec>? Read(YamlNode node)
    {
        var rules = node is YamlList list ? list.Items : [node];
        List<StopSpec> read = [.. rules.Select(rule => problems.Try(() => ReadRule(rule))).OfType<StopSpec>()];
        return read.Count == 0 && rules.Count > 0 ? null : read;
    }

    private StopSpec ReadRule(YamlNode node)
    {
        if ((node as YamlMap)?.Find("rule") is not { } name)
            throw node.Wrong(SpecBounds.StopExpected);
        switch (PlainValue.Word<Rule>(name))
        {
            case Rule.Asha:
                var asha = new StopSpec.Asha();
                var halving = Keys("first", "factor");
                return new StopSpec.Asha(
                    Whole(halving, SpecBounds.StopFirst, asha.First), Whole(halving, SpecBounds.StopFactor, asha.Factor));
            case Rule.Hyperband:
                var hyperband = new StopSpec.Hyperband();
                var cohorts = Keys("first", "factor");
                return new StopSpec.Hyperband(
                    Whole(cohorts, SpecBounds.StopFirst, hyperband.First), Whole(cohorts, SpecBounds.StopFactor, hyperband.Factor));
            case Rule.Median:
                var usual = new StopSpec.Median();
                var median = Keys("first", "every", "trials");
                return new StopSpec.Median(
                    Whole(median, SpecBounds.StopFirst, usual.First),
                    Whole(median, SpecBounds.StopEvery, usual.Every),
                    Whole(median, SpecBounds.StopTrials, usual.Trials));
            case Rule.Threshold:
                var threshold = Keys("epoch", "value");
                return new StopSpec.Threshold(
                    Whole(threshold, SpecBounds.StopEpoch), Real(threshold, "value", SpecBounds.StopValueExpected));
            default:
                var patience = Keys("epochs", "gain");
                return new StopSpec.Patience(
                    Whole(patience, SpecBounds.StopEpochs), Real(patience, "gain", SpecBounds.StopGainExpected, otherwise: 0));
        }

        Section Keys(params string[] keys) => new(node, problems, ["rule", .. keys]);
    }

    /// <param name="otherwise">The value when the key is not there; null for a key that must be.</param>
    private int Whole(Section section, WholeBound bound, int? otherwise = null)
    {
        var key = bound.Path.Split('.')[^1];
        Require(section, key, bound.Expected, otherwise is not null);
        return (int)(section.Whole(key, bound) ?? otherwise ?? bound.Min);
    }

    private double Real(Section section, string key, string expected, double? otherwise = null)
    {
        Require(section, key, expected, otherwise is not null);
        return section.Read<double?>(key, node => PlainValue.Real(node, expected)) ?? otherwise ?? 0;
    }

    private void Require(Section section, string key, string expected, bool isOptional)
    {
        if (!isOptional && section.Find(key) is null)
            problems.Add(section.Wrong($"no {key}", $"{expected} for it"));
    }
}
