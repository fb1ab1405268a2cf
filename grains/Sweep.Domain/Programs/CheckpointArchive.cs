using System.Globalization;
using System.Text;

namespace Sweep.Domain.Programs;

/// <summary>
/// What a program keeps in its checkpoint's folder, as bytes, with the epoch after which it was kept, with the number of the program's
/// first epoch, 0 or 1, which is null before the program has numbered one, and with the time that the epochs until then took.
/// </summary>
public static class CheckpointArchive
{
    /// <summary>
    /// The most bytes of a program's checkpoint, the names of its files included; within <see cref="Trials.StoredCheckpoint.MostBytes"/>.
    /// </summary>
    public const long MostBytes = 500_000_000;

    /// <summary>A sum of such times is still one that can be kept.</summary>
    private static readonly long MostTicks = TimeSpan.FromDays(36_525).Ticks;

    private const string EpochName = "epoch", FirstName = "first", WallName = "wall", ProcessorName = "processor", Folder = "files/";

    public static byte[] Write(int epoch, int? first, ProgramTime time, IEnumerable<FolderEntry> files) => FolderArchive.Write(
    [
        Entry(EpochName, epoch),
        .. first is { } number ? [Entry(FirstName, number)] : Array.Empty<FolderEntry>(),
        Entry(WallName, time.Wall.Ticks),
        Entry(ProcessorName, time.Processor.Ticks),
        .. files.Select(file => file with { Name = Folder + file.Name }),
    ]);

    /// <returns>The time is zero where an earlier version made the checkpoint.</returns>
    /// <exception cref="InvalidDataException">
    /// The bytes are no checkpoint of a program, or have a number below zero or a time above 100 years.
    /// </exception>
    public static (int Epoch, int? First, ProgramTime Time, IReadOnlyList<FolderEntry> Files) Read(byte[] bytes)
    {
        var entries = FolderArchive.Read(bytes);
        var epoch = Number(entries, EpochName, int.MaxValue)
            ?? throw new InvalidDataException("The checkpoint does not say after which epoch it was made.");
        return ((int)epoch, (int?)Number(entries, FirstName, int.MaxValue), new(Time(WallName), Time(ProcessorName)), [
            .. entries.Where(entry => entry.Name.StartsWith(Folder, StringComparison.Ordinal))
                .Select(entry => entry with { Name = entry.Name[Folder.Length..] }),
        ]);

        TimeSpan Time(string name) => new(Number(entries, name, MostTicks) ?? 0);
    }

    private static FolderEntry Entry(string name, long number) =>
        new(name, Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture)));

    /// <returns>Null where there is no such entry.</returns>
    private static long? Number(IReadOnlyList<FolderEntry> entries, string name, long most)
    {
        if (entries.FirstOrDefault(entry => entry.Name == name)?.Bytes is not { } text)
            return null;
        return long.TryParse(Encoding.ASCII.GetString(text), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number <= most
            ? number
            : throw new InvalidDataException($"The checkpoint is damaged: its {name} is no whole number from 0 to {most}.");
    }
}
