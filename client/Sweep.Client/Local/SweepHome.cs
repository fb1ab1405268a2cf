using System.Text.Json;

namespace Sweep.Client.Local;

/// <summary>The folder of a private cluster. It holds PostgreSQL's data and socket, the logs, and a file that names its owner.</summary>
internal sealed class SweepHome(string folder)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        TypeInfoResolver = ClusterOwnerJson.Default,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
    };

    /// <summary>The error EAGAIN, which .NET gives when another process holds the lock of a file.</summary>
    private const int IsLocked = 11;

    private bool _isPrepared;

    public string Folder { get; } = folder;

    public string SiloLog => Path.Combine(Folder, "silo.log");

    public string UpLog => Path.Combine(Folder, "up.log");

    private string LockFile => Path.Combine(Folder, HomeFolder.LockFile);

    private string OwnerFile => Path.Combine(Folder, "cluster.json");

    /// <summary>
    /// The folder that <c>SWEEP_HOME</c> names; by default <c>~/.local/share/sweep</c>, and <c>/var/lib/sweep</c> for root, whose home the
    /// user postgres cannot enter.
    /// </summary>
    /// <exception cref="LocalClusterException">The user has no home folder, or the path has a ~ that no shell has replaced.</exception>
    public static SweepHome Default() => new(Find(
        Environment.GetEnvironmentVariable("SWEEP_HOME"),
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify),
        Environment.IsPrivilegedProcess));

    /// <param name="named">The value of <c>SWEEP_HOME</c>; a relative path is one below the current folder.</param>
    /// <param name="user">The user's home folder.</param>
    internal static string Find(string? named, string user, bool isRoot)
    {
        if (!string.IsNullOrEmpty(named))
        {
            return named is not ("~" or ['~', '/', ..])
                ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(named))
                : throw new LocalClusterException(
                    $"SWEEP_HOME: found {named}, whose ~ no shell has replaced; write the folder's whole path.");
        }

        if (isRoot)
            return "/var/lib/sweep";
        return user.StartsWith('/')
            ? Path.Combine(user, ".local", "share", "sweep")
            : throw new LocalClusterException(
                $"HOME: found {(user.Length == 0 ? "nothing" : user)}; "
                + "write this user's folder, or name one for the cluster: SWEEP_HOME=/folder.");
    }

    /// <summary>
    /// Locks the folder for as long as the returned stream is open; null when another process has locked it. The system releases the lock
    /// when its owner ends, even if the owner is killed.
    /// </summary>
    /// <exception cref="LocalClusterException">The folder cannot be used, made or written.</exception>
    public FileStream? TryLock()
    {
        if (!_isPrepared)
            HomeFolder.Prepare(Folder);
        _isPrepared = true;
        try
        {
            return new FileStream(LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error) when (error.HResult == IsLocked)
        {
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw NotWritable(error);
        }
    }

    /// <summary>The owner that last wrote its file; null when the file does not exist or cannot be read.</summary>
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
        try
        {
            File.WriteAllText(next, JsonSerializer.Serialize(owner, Json));
            File.Move(next, OwnerFile, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw NotWritable(error);
        }
    }

    public void DeleteOwner() => File.Delete(OwnerFile);

    private LocalClusterException NotWritable(Exception error) =>
        new($"SWEEP_HOME: found {Folder}, which cannot be written ({error.Message.TrimEnd('.')}); choose another folder.");

    /// <summary>The last line of a log that is not blank.</summary>
    public static string LastLine(string log) =>
        File.Exists(log) && File.ReadLines(log).LastOrDefault(line => !string.IsNullOrWhiteSpace(line)) is { } line
            ? line.Trim()
            : "it wrote no log";
}
