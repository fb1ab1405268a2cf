using Sweep.Client.Datasets;
using Sweep.Client.Running;
using Sweep.Client.SweepFiles;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;

namespace Sweep.Tests.SweepFiles;

/// <summary>
/// A folder with a text and sweep files. A test loads a sweep file and gets its spec or its error, in which the folder's name is left out.
/// </summary>
internal sealed class SweepFileFolder : IDisposable
{
    /// <summary>A text of 400 characters, 6 of them distinct.</summary>
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

    public Task<CheckedSweep> LoadFileAsync(string name, params string[] overrides)
    {
        var datasets = new DatasetReader(() => System.IO.Path.Combine(Path, "cache"), Store, Http);
        return CheckedSweep.LoadAsync(System.IO.Path.Combine(Path, name), overrides, datasets, TestContext.Current.CancellationToken);
    }

    public async Task<string> ErrorAsync(string yaml, params string[] overrides)
    {
        Write("x.yaml", yaml);
        return await FileErrorAsync("x.yaml", overrides);
    }

    /// <summary>
    /// Whether a value of a file is out of its bounds, in contrast to a file with wrong YAML, a wrong key or a wrong type. The sweep's
    /// grain refuses such a spec too, so this method checks that it expects the same value.
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
            : [.. TextFit.Problems(SearchMethods.For(spec).Trials(), spec.WithFirstTarget().Dataset, Text.Length)];
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
