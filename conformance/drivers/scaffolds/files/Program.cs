// Driver of my software for banc-insi. .NET 8, nothing to install: dotnet run
//
// Each verb is something that a user of the software can do on screen. Call the functions behind the screens, with their
// checks, locks and logs; do not write into the database. Then add the verb to Verbs. The whole API: banc driver show
//
// Routes of the verbs:
@@VERBS@@

using System.Text.Json;

string[] verbs = []; // for instance ["create_patient", "read_patient"]
var notSupported = new Dictionary<string, string>(); // for instance { ["downgrade_status"] = "Never lowered by hand." }

var builder = WebApplication.CreateBuilder(args);
builder.Logging.ClearProviders();
var app = builder.Build();

app.Use(async (context, next) =>
{
    try
    {
        await next(context);
    }
    catch (Refused refusal)
    {
        // A normal answer: the software refuses and has changed nothing.
        context.Response.StatusCode = 409;
        await context.Response.WriteAsJsonAsync(new { code = refusal.Code, message = refusal.Message, fields = refusal.Fields });
    }
    catch (Exception error)
    {
        // The bench says INCONCLUSIVE, with this text.
        context.Response.StatusCode = 500;
        await context.Response.WriteAsJsonAsync(new { code = "ERROR", message = error.ToString() });
    }
});

app.MapGet("/capabilities", () => Results.Json(new
{
    name = "My software",
    version = "1.0",
    vendor = "My company",
    verbs,
    not_supported = notSupported,
}));

app.MapPost("/reset", (JsonElement body) =>
{
    // Forget all patients and logs, and call INSi there from now on.
    Console.WriteLine($"INSi is now at {body.GetProperty("insi_url").GetString()}");
    return Results.NoContent();
});

// A verb to begin with. Return the patient as the file holds it, empty fields as null:
//
// app.MapPost("/patients", (JsonElement typed, HttpRequest request) =>
// {
//     string? user = request.Headers["X-Banc-User"], role = request.Headers["X-Banc-Role"];
//     if (!typed.TryGetProperty("birth_place", out var place) || place.ValueKind == JsonValueKind.Null)
//         throw new Refused("MISSING_FIELD", "Birth place is mandatory.", "birth_place");
//     return Results.Json(MyPatients.Create(typed, user), statusCode: 201);
// });

var port = args.Length > 0 ? args[0] : "9000";
Console.WriteLine($"driver on http://127.0.0.1:{port}");
app.Run($"http://127.0.0.1:{port}");

class Refused(string code, string message, params string[] fields) : Exception(message)
{
    public string Code { get; } = code;
    public string[] Fields { get; } = fields;
}
