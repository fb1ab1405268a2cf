using System.Diagnostics;
using System.Globalization;

namespace Sweep.Processes;

/// <summary>A small disk in memory (tmpfs) that can be filled. Mounting it requires root.</summary>
public sealed class SmallDisk(int megabytes)
{
    private string? _folder;

    private string Filler => Path.Combine(_folder!, "filler");

    /// <summary>Whether this process may mount a disk.</summary>
    public static bool IsPermitted
    {
        get
        {
            var folder = Directory.CreateTempSubdirectory("sweep-disk-").FullName;
            var mounted = Run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder) == 0;
            if (mounted)
                _ = Run("umount", folder);
            Directory.Delete(folder);
            return mounted;
        }
    }

    public void MountOn(string folder)
    {
        if (Run("mount", "-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={megabytes}m"), "tmpfs", folder) != 0)
            throw new InvalidOperationException($"No tmpfs could be mounted on {folder}.");
        _folder = folder;
    }

    /// <summary>Fills all the space that is left.</summary>
    public void Fill()
    {
        using var file = File.Create(Filler);
        var block = new byte[1 << 16];
        try
        {
            while (true)
                file.Write(block);
        }
        catch (IOException)
        {
            // The disk is full.
        }
    }

    public void Free() => File.Delete(Filler);

    public void Unmount()
    {
        // The unmount is lazy, since a process may still have a file of the disk open.
        if (_folder is not null)
            _ = Run("umount", "-l", _folder);
    }

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
