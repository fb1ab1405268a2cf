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

    /// <summary>EAGAIN, as .NET tells that another process holds the lock of a file.</summary>
    private const int IsLocked = 11;

    private bool _isPrepared;

    public string Folder { get; } = folder;

    public string SiloLog => Path.Combine(Folder, "silo.log");

    public string UpLog => Path.Combine(Folder, "up.log");

    private string LockFile => Path.Combine(Folder, HomeFolder.LockFile);

    private string OwnerFile => Path.Combine(Folder, "cluster.json");

    /// <summary>
    /// <c>SWEEP_HOME</c>; by default <c>~/.local/share/sweep</c>, and <c>/var/lib/sweep</c> for root, whose home the user postgres cannot enter.
    /// </summary>
    /// <exception cref="LocalClusterException">There is no home.</exception>
    public static SweepHome Default() => new(Find(
        Environment.GetEnvironmentVariable("SWEEP_HOME"),
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify),
        Environment.IsPrivilegedProcess));

    /// <param name="named">What <c>SWEEP_HOME</c> says; a relative path is one below the current folder.</param>
    /// <param name="user">The user's own folder.</param>
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
                $"HOME: found {(user.Length == 0 ? "nothing" : user)}; write this user's folder, or name one for the cluster: SWEEP_HOME=/folder.");
    }

    /// <summary>
    /// The folder for as long as the stream is open, or null when another process has it. The system frees it when its owner dies, however it dies.
    /// </summary>
    /// <exception cref="LocalClusterException">The folder will not do, or cannot be made or written.</exception>
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

    public void ForgetOwner() => File.Delete(OwnerFile);

    private LocalClusterException NotWritable(Exception error) =>
        new($"SWEEP_HOME: found {Folder}, which cannot be written ({error.Message.TrimEnd('.')}); choose another folder.");

    /// <summary>The last line of a log of this folder that says something.</summary>
    public static string LastLine(string log) =>
        File.Exists(log) && File.ReadLines(log).LastOrDefault(line => !string.IsNullOrWhiteSpace(line)) is { } line ? line.Trim() : "it wrote no log";
}
