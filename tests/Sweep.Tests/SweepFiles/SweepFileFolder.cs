using Sweep.Client.Datasets;
using Sweep.Client.Running;
using Sweep.Client.SweepFiles;
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

    public async Task<string> FileErrorAsync(string name, params string[] overrides)
    {
        var error = await Assert.ThrowsAsync<SweepFileException>(() => LoadFileAsync(name, overrides));
        Assert.DoesNotContain('\n', error.Message);
        return error.Message.Replace($"{Path}/", "", StringComparison.Ordinal);
    }
}
