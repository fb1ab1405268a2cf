using Sweep.Domain.Stopping;

namespace Sweep.Tests.SweepFiles;

/// <summary>Checks that the examples of searches can be planned as they are.</summary>
public sealed class SearchExampleTests
{
    [Fact]
    public async Task The_example_of_a_stopping_rule_is_planned()
    {
        using var folder = new SweepFileFolder();
        folder.Write("next-character.txt", await ReadAsync("next-character.txt"));
        var sweep = await folder.LoadAsync(await ReadAsync("search-asha.yaml"));
        Assert.Equal(24, sweep.Plan().Trials.Count);
        Assert.Equal([new StopSpec.Asha(2, 3)], sweep.Spec.Stop);
    }

    private static Task<string> ReadAsync(string name) =>
        File.ReadAllTextAsync(RepositoryFolder.Join("examples", name), TestContext.Current.CancellationToken);
}
