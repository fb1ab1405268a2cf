using System.Text.Json;
using Sweep.Client.Errors;
using Sweep.Client.Files;
using Sweep.Domain.Models;

namespace Sweep.Client.Weights;

/// <summary>A folder with the weights of a trial, its vocabulary and a README.</summary>
internal static class WeightsFolder
{
    public const string ModelFile = "model.safetensors";
    public const string VocabularyFile = "vocabulary.json";
    private const string Readme = "README.md";

    private static readonly string[] Names = [ModelFile, VocabularyFile, Readme];

    /// <summary>Checks that the files can be written, before the cluster is opened.</summary>
    /// <exception cref="WrongInputException">
    /// Something else than a folder is there, its own folder does not exist, or a file exists and may not be replaced.
    /// </exception>
    public static void Check(string place, string folder, bool replace)
    {
        if (FileKind.Of(folder) is { IsFolder: false } found)
            throw new WrongInputException($"{place}: found {folder}, which is {found.Name}; name a folder, which may be new.");
        if (!Directory.Exists(folder))
        {
            WholeFile.Check(place, Path.TrimEndingDirectorySeparator(folder));
            return;
        }

        foreach (var file in Names.Select(name => Path.Combine(folder, name)))
        {
            WholeFile.Check(place, file);
            if (File.Exists(file) && !replace)
                throw new WrongInputException($"{place}: found {file}, which exists; choose another folder, or add --force to replace it.");
        }
    }

    /// <param name="folder">A path that <see cref="Check"/> has accepted.</param>
    /// <returns>The size of the model's file in bytes.</returns>
    public static async Task<long> WriteAsync(string folder, TrialWeights weights, string readme, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        var size = await WriteAsync(ModelFile, file => File.WriteAllBytesAsync(file, weights.File, cancellation));
        await WriteAsync(VocabularyFile, file => File.WriteAllTextAsync(file, Vocabulary(weights) + "\n", cancellation));
        await WriteAsync(Readme, file => File.WriteAllTextAsync(file, readme, cancellation));
        return size;

        Task<long> WriteAsync(string name, Func<string, Task> write) =>
            WholeFile.WriteAsync(Path.Combine(folder, name), mode: null, write);
    }

    /// <summary>The characters in the order of their ids, as a JSON array.</summary>
    public static string Vocabulary(TrialWeights weights) =>
        JsonSerializer.Serialize(weights.Vocabulary.Characters.Select(character => character.ToString()));
}
