using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Tests.SweepFiles;

namespace Sweep.Tests.Search;

/// <summary>Checks that a spec always gives the same trials. Version 0.1.0 recorded these specs with their trials.</summary>
public sealed class RecordedTrialsTests
{
    [Theory]
    [InlineData("grid", 144)]
    [InlineData("grid-with-conditions", 111)]
    [InlineData("random", 200)]
    public void A_spec_gives_the_trials_that_were_recorded_bit_for_bit(string name, int count)
    {
        var method = SearchMethods.For(SweepSpec.FromJson(File.ReadAllText(Recorded($"{name}.spec.json"))));
        Assert.Equal(count, method.Count);
        Assert.Equal(File.ReadAllLines(Recorded($"{name}.trials.jsonl")), method.Trials().Select(trial => trial.ToJson()));
    }

    private static string Recorded(string file) => RepositoryFolder.Join("tests", "Sweep.Tests", "Search", "RecordedTrials", file);
}
