using Sweep.Client.SweepFiles;

namespace Sweep.Fuzzing;

/// <summary>CSV files with published results.</summary>
public sealed class ReferenceFileTarget(string repository) : FuzzTarget, IDisposable
{
    private readonly string _file = Path.Combine(Directory.CreateTempSubdirectory("sweep-fuzz-").FullName, "x.csv");

    public override string Name => "reference-file";

    public override IReadOnlyList<byte[]> Inputs { get; } =
    [
        .. Directory.GetFiles(Path.Combine(repository, "examples", "reference"), "*.csv")
            .Order(StringComparer.Ordinal)
            .Select(file => File.ReadAllBytes(file)[..800]),
    ];

    public override IReadOnlyList<string> Scraps { get; } =
    [
        ",", "\n", "\r\n", "\"", "\"\"", ";", "epoch", "val_loss", "cell", "fully_connected", "batch_size", "full", "\"[64, 32]\"", "[",
        "{", "*a", "&a", "!x ", "1e999", "-1", "nan", "é", "\0", "\ufeff", " ", "\t", "#", "=1+1",
    ];

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_file)!, recursive: true);

    public override async Task ReadAsync(byte[] input)
    {
        await File.WriteAllBytesAsync(_file, input);
        try
        {
            await ReferenceFile.LoadAsync(_file);
        }
        catch (SweepFileException error)
            when (error.Message.StartsWith(_file, StringComparison.Ordinal) && !error.Message.Any(char.IsControl))
        {
            // The reader may refuse an input.
        }
    }
}
