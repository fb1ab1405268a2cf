using Sweep.Client.SweepFiles;
using Sweep.Domain.Sweeps;

namespace Sweep.Client.Datasets;

/// <summary>Finds the text that a sweep file names: a local file, a download (kept under its hash), or a text that the cluster has.</summary>
/// <param name="cacheFolder">Where downloads are kept; asked for the first, and made when it is missing.</param>
/// <param name="store">The cluster's texts, asked only for a dataset by name; null where there is no cluster.</param>
/// <param name="http">For downloads; null for one that waits at most ten minutes.</param>
public sealed class DatasetReader(Func<string> cacheFolder, Func<CancellationToken, Task<IDatasetStore>>? store = null, HttpMessageHandler? http = null)
{
    /// <summary>Bytes of a text.</summary>
    public const int MaxBytes = 1 << 28;

    private static readonly TimeSpan DownloadTimeout = TimeSpan.FromMinutes(10);

    internal async Task<DatasetText> ReadAsync(DatasetSection dataset, string folder, CancellationToken cancellation)
    {
        var (place, bytes) = dataset switch
        {
            { Path: { } path } => (path, await ReadFileAsync(path, folder, cancellation)),
            { Url: { } url } => (Place(dataset, "url"), await ReadUrlAsync(dataset, url, cancellation)),
            _ => (Place(dataset, "name"), await ReadStoredAsync(dataset, cancellation)),
        };
        var hash = DatasetText.Hash(bytes);
        if (dataset.Sha256 is { } expected && hash != expected)
            throw Place(dataset, "sha256").Wrong($"a text with the hash {hash}", $"expected {expected}");
        if (bytes.Length == 0)
            throw place.Wrong("an empty text", "expected at least two distinct characters");
        var text = new DatasetText(dataset.Name, hash, bytes, Utf8File.Decode(bytes, place.Wrong));
        return text.Vocabulary.Size >= 2
            ? text
            : throw place.Wrong("a text of one character, repeated", "expected at least two distinct characters");
    }

    private static YamlNode Place(DatasetSection dataset, string key) => ((YamlMap)dataset.Place).Find(key) ?? dataset.Place;

    private static async Task<byte[]> ReadFileAsync(YamlNode place, string folder, CancellationToken cancellation)
    {
        var written = PlainValue.Text(place);
        // What a file says is relative to the file; what the command line says, to where it was typed.
        var path = place.Origin.Line is null ? Path.Combine(Environment.CurrentDirectory, written) : Within(folder, place, written);
        return (await Utf8File.ReadAsync(path, MaxBytes, place.Wrong, cancellation)).Bytes;
    }

    /// <summary>
    /// The text becomes readable to everybody who may read the database. So a sweep file from somebody else may not pick any file of its reader's:
    /// only what lies beside it, or below, which came with it.
    /// </summary>
    private static string Within(string folder, YamlNode place, string written)
    {
        try
        {
            var path = RealPath.Of(Path.Combine(folder, written));
            return RealPath.IsWithin(path, RealPath.Of(folder))
                ? path
                : throw place.Wrong(
                    $"{place.Shown}, which is outside the folder of the sweep file", $"expected a text in that folder; to use this one, name it yourself: --set dataset.path={Path.GetFullPath(Path.Combine(folder, written))}");
        }
        catch (Exception error) when (error is IOException or ArgumentException)
        {
            throw place.Wrong($"{place.Shown}, which is no path ({error.Message.TrimEnd('.')})", "expected the path of a file");
        }
    }

    private async Task<byte[]> ReadUrlAsync(DatasetSection dataset, Uri url, CancellationToken cancellation)
    {
        var kept = cacheFolder();
        var cached = Path.Combine(kept, $"{dataset.Sha256}.txt");
        if (File.Exists(cached) && await File.ReadAllBytesAsync(cached, cancellation) is var known && DatasetText.Hash(known) == dataset.Sha256)
            return known;
        var bytes = await DownloadAsync(Place(dataset, "url"), url, cancellation);
        if (DatasetText.Hash(bytes) == dataset.Sha256)
        {
            Directory.CreateDirectory(kept);
            var partial = Path.Combine(kept, Path.GetRandomFileName());
            await File.WriteAllBytesAsync(partial, bytes, cancellation);
            // Rename last: whoever stops half-way leaves no damaged text under the hash.
            File.Move(partial, cached, overwrite: true);
        }

        return bytes;
    }

    private async Task<byte[]> DownloadAsync(YamlNode place, Uri url, CancellationToken cancellation)
    {
        using var client = new HttpClient(http ?? new SocketsHttpHandler(), disposeHandler: http is null)
        {
            Timeout = DownloadTimeout,
            MaxResponseContentBufferSize = MaxBytes,
        };
        try
        {
            return await client.GetByteArrayAsync(url, cancellation);
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException && !cancellation.IsCancellationRequested)
        {
            var reason = error is HttpRequestException ? error.Message.TrimEnd('.') : $"no answer within {DownloadTimeout.TotalMinutes} minutes";
            throw place.Wrong($"{url}, which cannot be downloaded ({reason})", "give a local copy instead: --set dataset.path=FILE");
        }
    }

    private async Task<byte[]> ReadStoredAsync(DatasetSection dataset, CancellationToken cancellation)
    {
        var place = Place(dataset, "name");
        if (store is null)
            throw place.Wrong($"only the name {dataset.Name}", "expected path: FILE or url: with sha256: as well, since there is no cluster that could have the text");
        var texts = await store(cancellation);
        var hash = dataset.Sha256 ?? await texts.FindAsync(dataset.Name, cancellation);
        return hash is not null && await texts.ReadAsync(hash, cancellation) is { } bytes
            ? bytes
            : throw place.Wrong($"{dataset.Name}, which is not stored in this cluster", "expected path: FILE or url: with sha256: the first time");
    }
}
