using Sweep.Domain.Sweeps;

namespace Sweep.Silo.Worker;

/// <summary>The texts that this worker trains on, newest last; a text is read from the database once while it is in use.</summary>
public sealed class DatasetCache(IDatasetStore store)
{
    private const int Kept = 4;
    private readonly SemaphoreSlim _reading = new(1, 1);
    private readonly List<(string Sha256, byte[] Text)> _texts = [];

    /// <exception cref="InvalidDataException">The text is not stored, or its bytes do not have the hash.</exception>
    public async Task<byte[]> ReadAsync(string sha256, CancellationToken cancellation)
    {
        await _reading.WaitAsync(cancellation);
        try
        {
            var known = _texts.Find(text => text.Sha256 == sha256);
            if (known.Text is not null)
                return known.Text;
            var text = await store.ReadAsync(sha256, cancellation) ?? throw new InvalidDataException($"The dataset {sha256} is not stored.");
            _texts.Add((sha256, text));
            if (_texts.Count > Kept)
                _texts.RemoveAt(0);
            return text;
        }
        finally
        {
            _reading.Release();
        }
    }
}
