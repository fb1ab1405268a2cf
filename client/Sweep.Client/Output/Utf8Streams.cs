using System.Text;

namespace Sweep.Client.Output;

/// <summary>Makes the standard streams UTF-8 where they are pipes or files. A terminal keeps the encoding of the locale.</summary>
internal static class Utf8Streams
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Sets the encodings. The program calls this before it reads or writes anything.</summary>
    public static void Force()
    {
        if (Console.IsOutputRedirected)
            Console.SetOut(new StreamWriter(Console.OpenStandardOutput(), Utf8) { AutoFlush = true });
        if (Console.IsErrorRedirected)
            Console.SetError(new StreamWriter(Console.OpenStandardError(), Utf8) { AutoFlush = true });
        if (Console.IsInputRedirected)
            Console.InputEncoding = Utf8;
    }
}
