using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;

namespace Sweep.Client.Local;

/// <summary>
/// The folder of a private cluster before anything is written to it: whether its path will do, whether it is free to take, whether it can be written.
/// </summary>
internal static partial class HomeFolder
{
    /// <summary>Made first in a folder, and so the mark of one that is ours.</summary>
    public const string LockFile = "lock";

    /// <summary>The system's limit for the path of a unix socket.</summary>
    private const int LongestSocket = 107;
    private const string Socket = "/.s.PGSQL.5432";

    /// <summary>Twice what a new cluster takes without a sweep in it.</summary>
    private const long RoomForNew = 100_000_000;
    private const long RoomToStart = 1_000_000;

    /// <summary>What is wrong with a path, whatever lies there; null when nothing is.</summary>
    /// <param name="folder">As it was written, or put together from <c>HOME</c>.</param>
    public static string? Complaint(string folder)
    {
        if (!folder.StartsWith('/'))
            return $"found {folder}, which is not absolute; write a path that begins with /";
        // Npgsql and libpq take what follows a comma for another host.
        if (folder.Contains(','))
            return $"found {folder}, which has a comma, and a database's address would end there; choose a folder without one";
        if (folder.Any(char.IsControl) || folder.Contains('\uFFFD'))
            return $"found {folder}, which has a control character or is not UTF-8; choose a folder without";
        var bytes = Encoding.UTF8.GetByteCount(folder);
        return bytes > LongestSocket - Socket.Length
            ? $"found {folder}, whose path has {bytes} bytes; PostgreSQL's socket lies in it, so choose one of at most {LongestSocket - Socket.Length}"
            : null;
    }

    /// <summary>
    /// Looks, and then makes the folder if need be. Of what was there before only a folder of root's changes its owner, and only when it is empty or ours.
    /// </summary>
    /// <exception cref="LocalClusterException">It will not do; then nothing was made.</exception>
    public static void Prepare(string folder)
    {
        if (Complaint(folder) is { } complaint)
            throw new LocalClusterException($"SWEEP_HOME: {complaint}.");
        var existing = folder;
        while (!IsThere(existing))
            existing = Path.GetDirectoryName(existing)!;
        if (!Directory.Exists(existing))
            throw Refusal(folder, existing == folder ? "which is no folder" : $"and {existing} is no folder", "name a folder");
        if (existing == folder && !IsOurs(folder) && Stranger(folder) is { } stranger)
            throw Refusal(folder, $"which has {stranger} in it and was not made by Sweep", "choose an empty folder, or one that does not exist");
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

    /// <summary>A link to nothing is there, too.</summary>
    private static bool IsThere(string path) => Directory.Exists(path) || File.Exists(path) || new FileInfo(path).LinkTarget is not null;

    private static bool IsOurs(string folder) => new FileInfo(Path.Combine(folder, LockFile)) is { Exists: true, Length: 0 };

    // In a folder that has no cluster yet: what a disk of its own finds again, and texts that were downloaded for a plan.
    private static readonly string[] Harmless = ["lost+found", "datasets"];

    /// <summary>Something that others put there.</summary>
    private static string? Stranger(string folder) => Directory.Exists(folder) && Access(folder, Read | Enter) == 0
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
            throw error as LocalClusterException ?? Refusal(folder, $"which cannot be made ({error.Message.TrimEnd('.')})", "choose another folder");
        }
    }

    /// <summary>The system's reason; null when it can be written, or is not there.</summary>
    private static string? WhyNotWritable(string folder) =>
        Directory.Exists(folder) && Access(folder, Write | Enter) != 0 ? new Win32Exception(Marshal.GetLastPInvokeError()).Message : null;

    // Of unistd.h.
    private const int Read = 4;
    private const int Write = 2;
    private const int Enter = 1;

    [LibraryImport("libc", EntryPoint = "access", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);
}
