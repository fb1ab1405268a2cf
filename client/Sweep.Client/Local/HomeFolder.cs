using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;

namespace Sweep.Client.Local;

/// <summary>
/// Checks the folder of a private cluster before anything is written to it: whether its path can be used, whether nobody else uses the
/// folder, and whether it can be written.
/// </summary>
internal static partial class HomeFolder
{
    /// <summary>The first file that Sweep makes in a folder. A folder that has it was made by Sweep.</summary>
    public const string LockFile = "lock";

    /// <summary>The system's limit for the path of a unix socket, in bytes.</summary>
    private const int LongestSocket = 107;
    private const string Socket = "/.s.PGSQL.5432";

    /// <summary>The bytes that must be free for a new cluster: twice what one takes without a sweep in it.</summary>
    private const long RoomForNew = 100_000_000;
    private const long RoomToStart = 1_000_000;

    /// <summary>What is wrong with a path, without a look at the disk; null when nothing is.</summary>
    /// <param name="folder">The path as the user wrote it, or as built from <c>HOME</c>.</param>
    public static string? Complaint(string folder)
    {
        if (!folder.StartsWith('/'))
            return $"found {folder}, which is not absolute; write a path that begins with /";
        // Npgsql and libpq read the text after a comma as another host.
        if (folder.Contains(','))
            return $"found {folder}, which has a comma, and a database's address would end there; choose a folder without one";
        if (folder.Any(char.IsControl) || folder.Contains('\uFFFD'))
            return $"found {folder}, which has a control character or is not UTF-8; choose a folder without";
        var bytes = Encoding.UTF8.GetByteCount(folder);
        return bytes > LongestSocket - Socket.Length
            ? $"found {folder}, whose path has {bytes} bytes; "
                + $"PostgreSQL's socket lies in it, so choose one of at most {LongestSocket - Socket.Length}"
            : null;
    }

    /// <summary>
    /// Checks the folder, and then makes it if it is missing. A folder that was there before keeps its owner, unless it belongs to root and
    /// is empty or was made by Sweep.
    /// </summary>
    /// <exception cref="LocalClusterException">The folder cannot be used. Nothing was made.</exception>
    public static void Prepare(string folder)
    {
        if (Complaint(folder) is { } complaint)
            throw new LocalClusterException($"SWEEP_HOME: {complaint}.");
        var existing = folder;
        while (!IsThere(existing))
            existing = Path.GetDirectoryName(existing)!;
        if (!Directory.Exists(existing))
            throw Refusal(folder, existing == folder ? "which is no folder" : $"and {existing} is no folder", "name a folder");
        if (existing == folder && !IsOurs(folder) && ForeignEntry(folder) is { } foreign)
        {
            throw Refusal(
                folder, $"which has {foreign} in it and was not made by Sweep", "choose an empty folder, or one that does not exist");
        }
        foreach (var place in (string[])[existing, Path.Combine(folder, "data")])
        {
            var which = place == folder ? "which" : $"and {place}";
            if (WhyNotWritable(place) is { } reason)
                throw Refusal(folder, $"{which} cannot be written ({reason})", "choose a folder that can, or run this as its owner");
        }

        var passed = existing == folder ? Path.GetDirectoryName(folder)! : existing;
        if (PostgresAccount.Here?.MayEnter(passed) == false)
        {
            throw Refusal(
                folder, $"and the user {PostgresAccount.Name}, as whom PostgreSQL runs in place of root, cannot enter {passed}",
                "choose a folder such as /var/lib/sweep");
        }

        RequireRoom(folder, existing);
        Make(folder, existing);
    }

    private static LocalClusterException Refusal(string folder, string found, string advice) =>
        new($"SWEEP_HOME: found {folder}, {found}; {advice}.");

    /// <summary>Whether a path exists. A link whose target is missing exists too.</summary>
    private static bool IsThere(string path) => Directory.Exists(path) || File.Exists(path) || new FileInfo(path).LinkTarget is not null;

    private static bool IsOurs(string folder) => new FileInfo(Path.Combine(folder, LockFile)) is { Exists: true, Length: 0 };

    // A folder without a cluster may have these: the folder in which a file system keeps files that it has repaired, and texts that
    // `sweep plan` has downloaded.
    private static readonly string[] Harmless = ["lost+found", "datasets"];

    /// <summary>The first file or folder that does not come from Sweep; null when there is none.</summary>
    private static string? ForeignEntry(string folder) => Directory.Exists(folder) && Access(folder, Read | Enter) == 0
        ? Directory.EnumerateFileSystemEntries(folder).Select(entry => Path.GetFileName(entry)!).Except(Harmless)
            .Order(StringComparer.Ordinal).FirstOrDefault()
        : null;

    private static void RequireRoom(string folder, string existing)
    {
        var needed = File.Exists(Path.Combine(folder, "data", "PG_VERSION")) ? RoomToStart : RoomForNew;
        if (new DriveInfo(existing).AvailableFreeSpace is var room && room < needed)
        {
            throw Refusal(
                folder, $"whose disk has {room / 1_000_000} MB free where {needed / 1_000_000} MB are needed",
                "free some space, or choose a folder on another disk");
        }
    }

    private static void Make(string folder, string existing)
    {
        var first = folder;
        while (Path.GetDirectoryName(first) is { } parent && parent != existing && first != existing)
            first = parent;
        try
        {
            Directory.CreateDirectory(folder);
            PostgresAccount.Here?.Take(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or LocalClusterException)
        {
            if (folder != existing && Directory.Exists(first))
                Directory.Delete(first, recursive: true);
            throw error as LocalClusterException
                ?? Refusal(folder, $"which cannot be made ({error.Message.TrimEnd('.')})", "choose another folder");
        }
    }

    /// <summary>The system's reason why a folder cannot be written; null when it can, or when it does not exist.</summary>
    private static string? WhyNotWritable(string folder) =>
        Directory.Exists(folder) && Access(folder, Write | Enter) != 0
            ? new Win32Exception(Marshal.GetLastPInvokeError()).Message
            : null;

    // These values are R_OK, W_OK and X_OK of unistd.h.
    private const int Read = 4;
    private const int Write = 2;
    private const int Enter = 1;

    [LibraryImport("libc", EntryPoint = "access", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);
}
