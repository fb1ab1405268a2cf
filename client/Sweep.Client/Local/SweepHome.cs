using System.Text.Json;

namespace Sweep.Client.Local;

/// <summary>The folder of a private cluster: PostgreSQL's data and socket, logs, and who owns it now.</summary>
internal sealed class SweepHome(string folder)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        TypeInfoResolver = ClusterOwnerJson.Default,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
    };

    public string Folder { get; } = folder;

    public string SiloLog => Path.Combine(Folder, "silo.log");

    public string UpLog => Path.Combine(Folder, "up.log");

    private string LockFile => Path.Combine(Folder, "lock");

    private string OwnerFile => Path.Combine(Folder, "cluster.json");

    /// <summary>
    /// <c>SWEEP_HOME</c>; by default <c>~/.local/share/sweep</c>, and <c>/var/lib/sweep</c> for root, whose home the user postgres cannot enter.
    /// </summary>
    public static SweepHome Default()
    {
        var named = Environment.GetEnvironmentVariable("SWEEP_HOME");
        if (!string.IsNullOrEmpty(named))
            return new(Path.TrimEndingDirectorySeparator(Path.GetFullPath(named)));
        return new(Environment.IsPrivilegedProcess
            ? "/var/lib/sweep"
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "share", "sweep"));
    }

    /// <summary>
    /// The folder for as long as the stream is open, or null when another process has it. The system frees it when its owner dies, however it dies.
    /// </summary>
    /// <exception cref="LocalClusterException">The folder cannot be made or written.</exception>
    public FileStream? TryLock()
    {
        try
        {
            Directory.CreateDirectory(Folder);
            return new FileStream(LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException error)
        {
            throw new LocalClusterException($"SWEEP_HOME: found {Folder}, which cannot be written: {error.Message} Choose another folder.");
        }
        catch (IOException) when (File.Exists(LockFile))
        {
            return null;
        }
        catch (IOException error)
        {
            throw new LocalClusterException($"SWEEP_HOME: found {Folder}, which cannot be made: {error.Message} Choose another folder.");
        }
    }

    /// <summary>Who wrote itself down last; null when nobody has, or while the file is replaced.</summary>
    public ClusterOwner? ReadOwner()
    {
        try
        {
            return JsonSerializer.Deserialize<ClusterOwner>(File.ReadAllText(OwnerFile), Json);
        }
        catch (Exception error) when (error is IOException or JsonException)
        {
            return null;
        }
    }

    public void WriteOwner(ClusterOwner owner)
    {
        // Rename last: a reader sees the old owner or the new one, never half of one.
        var next = OwnerFile + ".new";
        File.WriteAllText(next, JsonSerializer.Serialize(owner, Json));
        File.Move(next, OwnerFile, overwrite: true);
    }

    public void ForgetOwner() => File.Delete(OwnerFile);

    /// <summary>The last line of a log of this folder that says something.</summary>
    public static string LastLine(string log) =>
        File.Exists(log) && File.ReadLines(log).LastOrDefault(line => !string.IsNullOrWhiteSpace(line)) is { } line ? line.Trim() : "it wrote no log";
}
