using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sweep.Domain.Trials;

namespace Sweep.Silo.Delivery;

/// <summary>
/// Epochs that wait to be stored, first in, first out: so many in memory, the others in a file, so that a database that is away for hours costs no
/// memory. The file has no name and is gone with the process: what is not stored then is trained again, from a checkpoint that is no newer.
/// </summary>
/// <param name="inMemory">Rows kept in memory before the file is used.</param>
internal sealed class MetricBacklog(int inMemory) : IDisposable
{
    private static readonly JsonSerializerOptions Json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    private readonly Lock _gate = new();
    private readonly Queue<EpochRow> _head = new();
    // What comes after the file, where its disk is full.
    private readonly Queue<EpochRow> _tail = new();
    private readonly SemaphoreSlim _added = new(0);
    private FileStream? _file;
    private long _readFrom;
    private int _inFile;
    private bool _closed;

    public int Count
    {
        get
        {
            lock (_gate)
                return _head.Count + _inFile + _tail.Count;
        }
    }

    /// <summary>Rows that are in the file.</summary>
    public int InFile => Volatile.Read(ref _inFile);

    public void Add(EpochRow row)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            if (_inFile == 0 && _tail.Count == 0 && _head.Count < inMemory)
                _head.Enqueue(row);
            else if (_tail.Count > 0 || !TryAppend(row))
                _tail.Enqueue(row);
        }

        _added.Release();
    }

    /// <summary>No more rows will come: <see cref="TakeAsync"/> gives what is left, and then nothing.</summary>
    public void Close()
    {
        lock (_gate)
            _closed = true;
        _added.Release();
    }

    /// <summary>Waits for rows and takes them away, the oldest first; empty when the backlog is closed and nothing is left.</summary>
    public async Task<IReadOnlyList<EpochRow>> TakeAsync(int most)
    {
        while (true)
        {
            await _added.WaitAsync();
            lock (_gate)
            {
                var rows = Take(most);
                // One permit stays for what is left, and for whoever asks after the end.
                if (rows.Count > 0 && _head.Count + _inFile + _tail.Count > 0 || _closed)
                    _added.Release();
                if (rows.Count > 0 || _closed)
                    return rows;
            }
        }
    }

    public void Dispose()
    {
        _file?.Dispose();
        _added.Dispose();
    }

    private List<EpochRow> Take(int most)
    {
        var rows = new List<EpochRow>();
        while (rows.Count < most && _head.TryDequeue(out var row))
            rows.Add(row);
        if (rows.Count < most && _inFile > 0)
            ReadFile(rows, most);
        while (rows.Count < most && _inFile == 0 && _tail.TryDequeue(out var row))
            rows.Add(row);
        return rows;
    }

    private bool TryAppend(EpochRow row)
    {
        try
        {
            _file ??= Open();
            var end = _file.Length;
            try
            {
                _file.Position = end;
                _file.Write(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(row, Json) + "\n"));
                _file.Flush();
            }
            catch (IOException)
            {
                // Half a line would be read as one.
                _file.SetLength(end);
                throw;
            }

            _inFile++;
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private void ReadFile(List<EpochRow> rows, int most)
    {
        _file!.Position = _readFrom;
        using var reader = new StreamReader(_file, Encoding.UTF8, detectEncodingFromByteOrderMarks: false, leaveOpen: true);
        while (rows.Count < most && _inFile > 0)
        {
            var line = reader.ReadLine()!;
            rows.Add(JsonSerializer.Deserialize<EpochRow>(line, Json)!);
            _readFrom += Encoding.UTF8.GetByteCount(line) + 1;
            _inFile--;
        }

        if (_inFile == 0)
        {
            _file.SetLength(0);
            _readFrom = 0;
        }
    }

    private static FileStream Open()
    {
        // Made so that only this user may open it, for the moment that it has a name.
        var path = Path.GetTempFileName();
        var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        File.Delete(path);
        return file;
    }
}
