using Sweep.Client.Files;
using Sweep.Domain.Sweeps;

namespace Sweep.Client.Datasets;

/// <summary>Fetches a text: a local file, a download, which is kept under its hash, or a text that is stored in the cluster.</summary>
/// <param name="cacheFolder">Gives the folder where downloads are kept. It is called at the first download, and the folder is made.</param>
/// <param name="store">Gives the cluster's texts. It is called only for a dataset by name; null where there is no cluster.</param>
/// <param name="http">The handler of downloads; null for the usual one.</param>
public sealed class DatasetReader(
    Func<string> cacheFolder, Func<CancellationToken, Task<IDatasetStore>>? store = null, HttpMessageHandler? http = null)
{
    /// <summary>The greatest size of a text, in bytes.</summary>
    public const int MaxBytes = 1 << 28;

    private static readonly TimeSpan DownloadTimeout = TimeSpan.FromMinutes(10);

    /// <exception cref="DatasetException">The text cannot be fetched, or cannot be trained on.</exception>
    internal async Task<DatasetText> FetchAsync(DatasetSource source, CancellationToken cancellation)
    {
        var (part, bytes) = source switch
        {
            { Path: { } path } => ("path", (await Utf8File.ReadAsync(path, MaxBytes, Wrong("path"), cancellation)).Bytes),
            { Url: { } url } => ("url", await ReadUrlAsync(source, url, cancellation)),
            _ => ("name", await ReadStoredAsync(source, cancellation)),
        };
        var hash = DatasetText.Hash(bytes);
        if (source.Sha256 is { } expected && hash != expected)
            throw new DatasetException("sha256", $"a text with the hash {hash}", $"expected {expected}");
        if (bytes.Length == 0)
            throw new DatasetException(part, "an empty text", "expected at least two distinct characters");
        var text = new DatasetText(source.Name, hash, bytes, Utf8File.Decode(bytes, Wrong(part)));
        return text.Vocabulary.Size >= 2
            ? text
            : throw new DatasetException(part, "a text of one character, repeated", "expected at least two distinct characters");
    }

    private static Func<string, string, DatasetException> Wrong(string part) => (found, expected) => new(part, found, expected);

    private async Task<byte[]> ReadUrlAsync(DatasetSource source, Uri url, CancellationToken cancellation)
    {
        var kept = cacheFolder();
        var cached = Path.Combine(kept, $"{source.Sha256}.txt");
        if (File.Exists(cached) && await File.ReadAllBytesAsync(cached, cancellation) is var known
            && DatasetText.Hash(known) == source.Sha256)
            return known;
        var bytes = await DownloadAsync(url, cancellation);
        if (DatasetText.Hash(bytes) == source.Sha256)
        {
            Directory.CreateDirectory(kept);
            var partial = Path.Combine(kept, Path.GetRandomFileName());
            await File.WriteAllBytesAsync(partial, bytes, cancellation);
            // Rename last: a process that is interrupted leaves no damaged text under the hash.
            File.Move(partial, cached, overwrite: true);
        }

        return bytes;
    }

    private async Task<byte[]> DownloadAsync(Uri url, CancellationToken cancellation)
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
            var reason = error is HttpRequestException
                ? error.Message.TrimEnd('.')
                : $"no answer within {DownloadTimeout.TotalMinutes} minutes";
            throw new DatasetException(
                "url", $"{url}, which cannot be downloaded ({reason})", "give a local copy instead: --set dataset.path=FILE");
        }
    }

    private async Task<byte[]> ReadStoredAsync(DatasetSource source, CancellationToken cancellation)
    {
        if (store is null)
        {
            throw new DatasetException(
                "name", $"only the name {source.Name}",
                "expected path: FILE or url: with sha256: as well, since there is no cluster that could have the text");
        }

        var texts = await store(cancellation);
        var hash = source.Sha256 ?? await texts.FindAsync(source.Name, cancellation);
        return hash is not null && await texts.ReadAsync(hash, cancellation) is { } bytes
            ? bytes
            : throw new DatasetException(
                "name", $"{source.Name}, which is not stored in this cluster", "expected path: FILE or url: with sha256: the first time");
    }
}
