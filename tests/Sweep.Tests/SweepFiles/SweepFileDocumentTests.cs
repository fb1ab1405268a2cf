using Sweep.Domain.Search;

namespace Sweep.Tests.SweepFiles;

/// <summary>Checks that docs/sweep-file.md agrees with the code.</summary>
public sealed class SweepFileDocumentTests
{
    private static readonly string Document = File.ReadAllText(RepositoryFolder.Join("docs", "sweep-file.md"));

    [Fact]
    public void The_table_of_parameters_is_that_of_the_catalog()
    {
        var table = string.Concat(BuiltInParameters.Catalog.All.Select(definition =>
            $"| `{definition.Name}` | {definition.Expectation} "
            + $"| {(definition.IsSeed ? "the sweep's" : definition.Default)} | {definition.Meaning} |\n"));
        Assert.Contains($"|---|---|---|---|\n{table}\n", Document, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_table_of_keys_has_those_that_a_file_may_have()
    {
        using var folder = new SweepFileFolder();
        var error = await folder.ErrorAsync("dataset: { path: text.txt }\nparameters: { cell: gru }\nunknown: 1");
        var keys = Document.Split("\n")
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line.Split('`')[1].Split('.')[0])
            .TakeWhile(key => key != "split")
            .Distinct();
        Assert.Equal(
            keys.Order(StringComparer.Ordinal),
            error.Split("expected one of ")[1].TrimEnd('.', '\n').Split(", ").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_example_loads()
    {
        var parts = Document.Split("```yaml\n", 2)[1].Split("```", 2);
        using var folder = new SweepFileFolder();
        folder.Write("next-character.txt", SweepFileFolder.Text);
        // There are 3 cells × 3 lengths × 4 rates × 3 models, which have 1 layer, or 2 layers with one of 2 dropouts.
        Assert.Equal(108, (await folder.LoadAsync(parts[0])).Plan().Trials.Count);
    }

    [Fact]
    public async Task The_example_of_an_error_is_a_real_error() =>
        Assert.Contains(await ErrorAsync(), Document, StringComparison.Ordinal);

    private static async Task<string> ErrorAsync()
    {
        using var folder = new SweepFileFolder();
        var error = await folder.ErrorAsync(
            "name: x\nmethod: grid\ndataset: { path: text.txt }\n\n" +
                "parameters:\n  cell: gru\n  learning_rate: { min: 0.1, max: 0.01, count: 3 }");
        return error.Replace("x.yaml", "examples/x.yaml", StringComparison.Ordinal);
    }
}
