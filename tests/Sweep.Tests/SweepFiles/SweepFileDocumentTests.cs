using Sweep.Domain.Search;

namespace Sweep.Tests.SweepFiles;

/// <summary>docs/sweep-file.md says what the code does.</summary>
public sealed class SweepFileDocumentTests
{
    private static readonly string Document = File.ReadAllText(RepositoryFolder.Join("docs", "sweep-file.md"));

    [Fact]
    public void Its_table_of_parameters_is_the_catalog()
    {
        var table = string.Concat(BuiltInParameters.Catalog.All.Select(definition =>
            $"| `{definition.Name}` | {definition.Expectation} "
            + $"| {(definition.IsSeed ? "the sweep's" : definition.Default)} | {definition.Meaning} |\n"));
        Assert.Contains($"|---|---|---|---|\n{table}\n", Document, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_example_loads()
    {
        var parts = Document.Split("```yaml\n", 2)[1].Split("```", 2);
        using var folder = new SweepFileFolder();
        folder.Write("next-character.txt", SweepFileFolder.Text);
        // 3 cells × 3 lengths × 4 rates × (1 layer, or 2 layers with 2 dropouts).
        Assert.Equal(108, (await folder.LoadAsync(parts[0])).Plan().Trials.Count);
    }

    [Fact]
    public async Task Its_example_of_an_error_is_one() =>
        Assert.Contains(await ErrorAsync(), Document, StringComparison.Ordinal);

    private static async Task<string> ErrorAsync()
    {
        using var folder = new SweepFileFolder();
        return (await folder.ErrorAsync("name: x\nmethod: grid\ndataset: { path: text.txt }\n\nparameters:\n  cell: gru\n  learning_rate: { min: 0.1, max: 0.01, count: 3 }"))
            .Replace("x.yaml", "examples/x.yaml", StringComparison.Ordinal);
    }
}
