using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sweep.Domain.Trials;

namespace Sweep.Silo.Delivery;

/// <summary>
/// Epochs that wait to be stored, first in, first out. A limited number is kept in memory and the others in a file, so that a database that
/// is away for hours does not fill the memory. The file has no name and is gone with the process. Epochs that are lost with it are trained
/// again, because no stored checkpoint is newer than the stored epochs.
/// </summary>
/// <param name="inMemory">The number of rows that are kept in memory before the file is used.</param>
internal sealed class MetricBacklog(int inMemory) : IDisposable
{
    private static readonly JsonSerializerOptions Json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    private readonly Lock _gate = new();
    private readonly Queue<EpochRow> _head = new();

    /// <summary>The rows after those in the file; used when the file's disk is full.</summary>
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

    /// <summary>The number of rows in the file.</summary>
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

    /// <summary>Accepts no more rows. <see cref="TakeAsync"/> gives the rows that are left, and then empty lists.</summary>
    public void Close()
    {
        lock (_gate)
            _closed = true;
        _added.Release();
    }

    /// <summary>Waits for rows and removes them, the oldest first. The list is empty when the backlog is closed and empty.</summary>
    public async Task<IReadOnlyList<EpochRow>> TakeAsync(int most)
    {
        while (true)
        {
            await _added.WaitAsync();
            lock (_gate)
            {
                var rows = Take(most);
                // One permit stays for the rows that are left, and after the end for every later call.
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
                // Half a line is removed, because it would later be read as a whole one.
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
        // GetTempFileName creates a file that only this user may open, which matters for the moment in which it has a name.
        var path = Path.GetTempFileName();
        var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        File.Delete(path);
        return file;
    }
}
