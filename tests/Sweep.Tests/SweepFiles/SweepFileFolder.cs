using Sweep.Client.Datasets;
using Sweep.Client.Running;
using Sweep.Client.SweepFiles;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;

namespace Sweep.Tests.SweepFiles;

/// <summary>A folder with a text and sweep files; a test loads one and sees the spec or the error, with the folder's name left out.</summary>
internal sealed class SweepFileFolder : IDisposable
{
    /// <summary>400 characters, 6 distinct.</summary>
    public static readonly string Text = string.Concat(Enumerable.Repeat("the cat ", 50));

    public string Path { get; } = Directory.CreateTempSubdirectory("sweep-file-").FullName;

    public Func<CancellationToken, Task<IDatasetStore>>? Store { get; init; }

    public HttpMessageHandler? Http { get; init; }

    public SweepFileFolder() => Write("text.txt", Text);

    public void Dispose() => Directory.Delete(Path, recursive: true);

    public string Write(string name, string text) => Write(name, System.Text.Encoding.UTF8.GetBytes(text));

    public string Write(string name, byte[] bytes)
    {
        var path = System.IO.Path.Combine(Path, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    public Task<CheckedSweep> LoadAsync(string yaml, params string[] overrides)
    {
        Write("x.yaml", yaml);
        return LoadFileAsync("x.yaml", overrides);
    }

    public Task<CheckedSweep> LoadFileAsync(string name, params string[] overrides) => CheckedSweep.LoadAsync(
        System.IO.Path.Combine(Path, name), overrides, new DatasetReader(() => System.IO.Path.Combine(Path, "cache"), Store, Http), TestContext.Current.CancellationToken);

    public async Task<string> ErrorAsync(string yaml, params string[] overrides)
    {
        Write("x.yaml", yaml);
        return await FileErrorAsync("x.yaml", overrides);
    }

    /// <summary>
    /// Whether a file is wrong by a bound, and not by its YAML, a key or a type: then the sweep's grain refuses its spec too, whoever sends
    /// it, and expects the same.
    /// </summary>
    public static bool IsWrongByBound(string yaml, string error)
    {
        SweepSpec? spec;
        try
        {
            var tree = YamlTreeReader.Read(yaml, "", line => new("x.yaml", line)) as YamlMap;
            spec = tree is null ? null : SweepFileReader.ReadUnchecked(tree, "x")?.Spec;
        }
        catch (SweepFileException)
        {
            return false;
        }

        if (spec is null)
            return false;
        IReadOnlyList<SpecProblem> problems = SpecRules.Problems(spec) is { Count: > 0 } wrong
            ? wrong
            : [.. TextFit.Problems(SearchMethods.For(spec).Trials(), spec.Dataset.Validation, Text.Length)];
        Assert.Contains(
            problems,
            problem => error.Contains(problem.Path, StringComparison.Ordinal)
                && error.Contains($"; {problem.Expected}", StringComparison.Ordinal));
        return true;
    }

    public async Task<string> FileErrorAsync(string name, params string[] overrides)
    {
        var error = await Assert.ThrowsAsync<SweepFileException>(() => LoadFileAsync(name, overrides));
        Assert.DoesNotContain('\n', error.Message);
        return error.Message.Replace($"{Path}/", "", StringComparison.Ordinal);
    }
}
