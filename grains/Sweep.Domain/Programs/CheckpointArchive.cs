using System.Globalization;
using System.Text;

namespace Sweep.Domain.Programs;

/// <summary>What a program keeps in its checkpoint's folder, as bytes, with the epoch after which it was kept.</summary>
public static class CheckpointArchive
{
    /// <summary>
    /// The most bytes of a program's checkpoint, the names of its files included; within <see cref="Trials.StoredCheckpoint.MostBytes"/>.
    /// </summary>
    public const long MostBytes = 500_000_000;

    private const string EpochName = "epoch", Folder = "files/";

    public static byte[] Write(int epoch, IEnumerable<FolderEntry> files) => FolderArchive.Write(
    [
        new(EpochName, Encoding.ASCII.GetBytes(epoch.ToString(CultureInfo.InvariantCulture))),
        .. files.Select(file => file with { Name = Folder + file.Name }),
    ]);

    /// <exception cref="InvalidDataException">The bytes are no checkpoint of a program.</exception>
    public static (int Epoch, IReadOnlyList<FolderEntry> Files) Read(byte[] bytes)
    {
        var entries = FolderArchive.Read(bytes);
        var epoch = entries.FirstOrDefault(entry => entry.Name == EpochName)?.Bytes;
        return epoch is not null
            && int.TryParse(Encoding.ASCII.GetString(epoch), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? (number, [
                .. entries.Where(entry => entry.Name.StartsWith(Folder, StringComparison.Ordinal))
                    .Select(entry => entry with { Name = entry.Name[Folder.Length..] }),
            ])
            : throw new InvalidDataException("The checkpoint does not say after which epoch it was made.");
    }
}
